#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace liftlock {
namespace {

TEST(Base64, IsThatOfTheStandard) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
  EXPECT_EQ(base64_url("\xff\xfe\xfd"), "__79");
}

TEST(Base64, IsUnderstoodInBothAlphabetsWithAndWithoutPadding) {
  for (const char* text : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd\x80"}) {
    EXPECT_EQ(decode_base64(base64(text)), text);
    EXPECT_EQ(decode_base64(base64_url(text)), text);
  }
  EXPECT_EQ(decode_base64("Zm8"), "fo");
  EXPECT_EQ(decode_base64("Zm9 v"), std::nullopt);
  EXPECT_EQ(decode_base64("Zm9vY"), std::nullopt);
  EXPECT_EQ(decode_base64("Zg==="), std::nullopt);
}

}  // namespace
}  // namespace liftlock
