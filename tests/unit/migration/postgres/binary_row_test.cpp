#include "migration/postgres/binary_row.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::postgres {
namespace {

using namespace std::string_literals;
using database::Column;
using database::Value;

Column column_of(std::string_view type) { return {"c", std::string(type), true, std::nullopt, {}}; }

TEST(BinaryRow, WritesNetworkByteOrder) {
  const Column text = column_of("TEXT"), big = column_of("BIGINT"), small = column_of("INTEGER"),
               flag = column_of("BOOLEAN");
  std::string rows = "x";
  ASSERT_TRUE(
      append_binary_row(rows, {&text, &big, &small, &flag, &text},
                        {Value::text("gr\xc3\xbcn"), Value::integer(-2), Value::integer(258), Value::integer(1), {}}));
  EXPECT_EQ(rows,
            "x\0\5"
            "\0\0\0\5gr\xc3\xbcn"
            "\0\0\0\x8\xff\xff\xff\xff\xff\xff\xff\xfe"
            "\0\0\0\4\0\0\1\2"
            "\0\0\0\1\1"
            "\xff\xff\xff\xff"s);
}

TEST(BinaryRow, LeavesToTextWhatTheServerIsToRead) {
  const Column text = column_of("TEXT");
  std::string rows = "x";
  const auto refuses = [&](std::string_view type, const Value& value) {
    const Column other = column_of(type);
    return !append_binary_row(rows, {&text, &other}, {Value::text("a"), value}) && rows == "x";
  };
  EXPECT_TRUE(refuses("BOOLEAN", Value::text("true")));
  EXPECT_TRUE(refuses("BOOLEAN", Value::integer(2)));
  EXPECT_TRUE(refuses("BIGINT", Value::text("7")));
  EXPECT_TRUE(refuses("BIGINT", Value::real(7.5)));
  EXPECT_TRUE(refuses("INTEGER", Value::integer(std::int64_t{1} << 31)));
  EXPECT_TRUE(refuses("TEXT", Value::integer(7)));
  EXPECT_TRUE(refuses("DATETIME", Value::text("2026-01-01 00:00:00")));
  EXPECT_TRUE(refuses("JSONB", Value::text("{}")));
}

TEST(BinaryRow, TakesTextOfEveryKind) {
  for (const char* type : {"TEXT", "JSON", "VARCHAR", "VARCHAR(255)"}) {
    const Column column = column_of(type);
    std::string rows;
    EXPECT_TRUE(append_binary_row(rows, {&column}, {Value::text("[]")})) << type;
    EXPECT_EQ(rows, "\0\1\0\0\0\2[]"s);
  }
}

}  // namespace
}  // namespace liftlock::migration::postgres
