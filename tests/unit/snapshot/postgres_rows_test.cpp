#include "snapshot/postgres_rows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace liftlock::snapshot {
namespace {

constexpr std::string_view script =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET client_encoding = 'UTF8';\n"
    "SELECT pg_catalog.set_config('search_path', '', false);\n\n"
    "COPY public.chat (id, title) FROM stdin;\n1\t\\\\.\n2\tSELECT 1;\n--\t\n\n\\.\n\n"
    "COPY \"We ird\".\"a\nb\" (id) FROM stdin;\n\\.\n\n\n"
    "SELECT pg_catalog.setval('public.s', 5, true);\n\n\\unrestrict abc\n\n";

/// What was heard, as one text.
std::string heard(std::string_view bytes, std::size_t portion, bool* whole = nullptr) {
  std::string text;
  DataReader reader({.statement = [&](const std::string& sql) -> Result<void> {
                       text += "[" + sql + "]";
                       return {};
                     },
                     .begin = [&](const std::string& copy) -> Result<void> {
                       text += "<" + copy + ":";
                       return {};
                     },
                     .rows = [&](std::string_view lines) -> Result<void> {
                       text += lines;
                       return {};
                     },
                     .end = [&]() -> Result<void> {
                       text += ">";
                       return {};
                     }});
  for (; !bytes.empty(); bytes.remove_prefix(std::min(portion, bytes.size()))) {
    EXPECT_TRUE(reader.write(bytes.substr(0, portion)));
  }
  const auto finished = reader.finish();
  if (whole != nullptr) *whole = finished.has_value();
  return text;
}

TEST(DataReader, TellsRowsFromStatementsWhereverTheBytesAreCut) {
  const std::string expected =
      "[SET client_encoding = 'UTF8';][SELECT pg_catalog.set_config('search_path', '', false);]"
      "<COPY public.chat (id, title):1\t\\\\.\n2\tSELECT 1;\n--\t\n\n>"
      "<COPY \"We ird\".\"a\nb\" (id):>[SELECT pg_catalog.setval('public.s', 5, true);]";
  for (const std::size_t portion : {1UL, 2UL, 3UL, 7UL, 50UL, 1000UL}) {
    bool whole = false;
    EXPECT_EQ(heard(script, portion, &whole), expected) << portion;
    EXPECT_TRUE(whole);
  }
}

TEST(DataReader, SaysWhereItEndsInTheMiddle) {
  const std::size_t rows = script.find("1\t");
  for (const std::size_t end : {script.find("ding ="), rows, rows + 2, rows + 4, script.find("\\.\n\n")}) {
    bool whole = true;
    heard(script.substr(0, end), 10, &whole);
    EXPECT_FALSE(whole) << end;
  }
}

std::string digest_of(std::initializer_list<std::string_view> rows) {
  RowDigest digest;
  for (const std::string_view row : rows) digest.add(row);
  return digest.text();
}

TEST(RowDigest, IsOfRowsInWhateverOrderAndPortions) {
  EXPECT_EQ(digest_of({"a\n", "b\n", "c\n"}), digest_of({"c\na\n", "b\n"}));
  EXPECT_NE(digest_of({"a\n", "b\n"}), digest_of({"a\n", "c\n"}));
  EXPECT_NE(digest_of({"a\n"}), digest_of({"a\n", "a\n"}));
  EXPECT_NE(digest_of({"a\n", "a\n"}), digest_of({"b\n", "b\n"})) << "two of a kind do not cancel each other out";
  EXPECT_NE(digest_of({"ab\n", "c\n"}), digest_of({"a\n", "bc\n"}));
  EXPECT_EQ(digest_of({}).size(), 64U);
  RowDigest digest;
  digest.add("a\nb\n");
  EXPECT_EQ(digest.rows(), 2);
}

}  // namespace
}  // namespace liftlock::snapshot
