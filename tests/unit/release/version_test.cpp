#include "release/version.hpp"

#include <gtest/gtest.h>

namespace liftlock::release {
namespace {

TEST(Version, UnderstandsReleasesWithAndWithoutV) {
  const Version expected{{0, 12, 4}};
  for (const char* text : {"0.12.4", "v0.12.4", "V0.12.4", " 0.12.4\n"}) {
    ASSERT_TRUE(Version::parse(text)) << text;
    EXPECT_EQ(*Version::parse(text), expected) << text;
  }
  EXPECT_EQ(to_string(expected), "0.12.4");
}

TEST(Version, RefusesEverythingElse) {
  for (const char* text :
       {"", "v", "latest", "0.12", "0.12.", "0.12.4.1", "0.12.4-slim", "0.-1.4", "0..4", "vv0.1.2", "0.12.99999999999",
        "+0.1.2", "0. 1.2", "0.1.2x", "0.5.0.dev", "0.5.0dev1", "0.5.0.dev1.2"}) {
    EXPECT_FALSE(Version::parse(text)) << text;
  }
}

TEST(Version, OrdersNumbersAsNumbers) {
  EXPECT_LT(*Version::parse("0.3.35"), *Version::parse("0.10.0"));
  EXPECT_LT(*Version::parse("0.9.9"), *Version::parse("0.9.10"));
  EXPECT_GT(*Version::parse("1.0.0"), *Version::parse("0.99.99"));
  EXPECT_LT(*Version::parse("0.5.0.dev2"), *Version::parse("0.5.0"));
  EXPECT_LT(*Version::parse("0.5.0.dev2"), *Version::parse("0.5.0.dev10"));
  EXPECT_EQ(to_string(*Version::parse("0.5.0.dev2")), "0.5.0.dev2");
}

}  // namespace
}  // namespace liftlock::release
