#include "migration/postgres/rows.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::postgres {
namespace {

using namespace std::string_literals;

database::Column column_of(std::string_view type) { return {"c", std::string(type), true, std::nullopt, {}}; }

TEST(Fitter, LeavesAloneWhatFits) {
  std::string scratch;
  bool replaced = false;
  EXPECT_EQ(Fitter::fit(Value::text("grün"), column_of("TEXT"), scratch, replaced), Value::text("grün"));
  EXPECT_EQ(Fitter::fit(Value::integer(1), column_of("BOOLEAN"), scratch, replaced), Value::integer(1));
  EXPECT_FALSE(replaced);
}

TEST(Fitter, ReplacesZeroBytesAndBrokenUtf8) {
  std::string scratch;
  bool replaced = false;
  const std::string broken = "a\0b\xff\xed\xa0\x80 grün"s;
  EXPECT_EQ(Fitter::fit(Value::text(broken), column_of("TEXT"), scratch, replaced).bytes(),
            "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD grün");
  EXPECT_TRUE(replaced);
}

TEST(Fitter, RoundsNumbersForIntegerColumns) {
  std::string scratch;
  bool replaced = false;
  EXPECT_EQ(Fitter::fit(Value::real(2.0), column_of("BIGINT"), scratch, replaced), Value::integer(2));
  EXPECT_EQ(Fitter::fit(Value::real(2.5), column_of("FLOAT"), scratch, replaced), Value::real(2.5));
}

TEST(SeenKeys, NeverForgets) {
  SeenKeys keys;
  int new_ones = 0;
  for (int i = 0; i < 10000; ++i) new_ones += keys.add("key " + std::to_string(i)) ? 1 : 0;
  EXPECT_GT(new_ones, 9990);
  for (int i = 0; i < 10000; ++i) EXPECT_FALSE(keys.add("key " + std::to_string(i)));
}

}  // namespace
}  // namespace liftlock::migration::postgres
