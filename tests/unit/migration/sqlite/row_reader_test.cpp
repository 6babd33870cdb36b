#include "migration/sqlite/row_reader.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "migration/sqlite/pass.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::migration::sqlite {
namespace {

using database::Connection;
using database::OpenMode;

/// Rows of 4 kB with every kind of value; more than are read ahead.
constexpr const char* many_rows =
    "CREATE TABLE t (n INTEGER, a TEXT, b BLOB, r REAL, z TEXT, e TEXT);"
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000)"
    "INSERT INTO t SELECT n, CAST(x'00ff' AS TEXT) || hex(randomblob(2000)), randomblob(n % 50), n / 7.0, NULL, '' "
    "FROM c";

/// The number that the row's first column has, or an exception at one of them.
class Numbers final : public RowPreparer {
 public:
  explicit Numbers(std::int64_t refused) : refused_(refused) {}
  std::shared_ptr<const void> prepare(const Row& old) override {
    const std::int64_t number = old.get("number").as_integer();
    EXPECT_TRUE(old.get("added").is_null());
    if (number == refused_) throw std::runtime_error("refused");
    return std::make_shared<std::int64_t>(number);
  }

 private:
  std::int64_t refused_;
};

class RowReading : public ::testing::Test {
 protected:
  Connection open() { return *Connection::open(file_, OpenMode::create); }
  void fill(const std::string& sql) { ASSERT_TRUE(open().execute(sql)); }
  static std::vector<Preparation> numbers(std::int64_t refused = -1) {
    std::vector<Preparation> preparations;
    preparations.push_back({nullptr, {}, {}});
    preparations.push_back({std::make_unique<Numbers>(refused), {{"number", 0}, {"added", 1}}, {0, -1}});
    return preparations;
  }

  const testing::TemporaryDirectory folder_;
  const std::filesystem::path file_ = folder_ / "source.db";
};

TEST_F(RowReading, AheadIsTheSameAsDirect) {
  fill(many_rows);
  Connection connection = open();
  DirectReader direct(connection, "SELECT * FROM t");
  ReadAhead ahead(open(), "SELECT * FROM t", numbers());
  std::int64_t rows = 0;
  while (const OldRow* expected = direct.next()) {
    const OldRow* row = ahead.next();
    ASSERT_NE(row, nullptr);
    ASSERT_EQ(row->values, expected->values);
    ASSERT_EQ(row->prepared.size(), 2U);
    EXPECT_EQ(row->prepared[0], nullptr);
    EXPECT_EQ(*static_cast<const std::int64_t*>(row->prepared[1].get()), ++rows);
  }
  EXPECT_EQ(ahead.next(), nullptr);
  EXPECT_EQ(rows, 3000);
}

TEST_F(RowReading, ARowLargerThanAllThatIsReadAheadPasses) {
  fill(
      "CREATE TABLE t (n, a); INSERT INTO t VALUES (1, 'x'), (2, zeroblob(9000000)), (3, zeroblob(9000000)), (4, 'y')");
  ReadAhead ahead(open(), "SELECT * FROM t", {});
  std::vector<std::size_t> sizes;
  while (const OldRow* row = ahead.next()) sizes.push_back(row->values[1].bytes().size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 9000000, 9000000, 1}));
}

TEST_F(RowReading, AnErrorComesAfterTheRowsBeforeIt) {
  fill(many_rows);
  ReadAhead ahead(open(), "SELECT * FROM t", numbers(1234));
  for (int row = 1; row < 1234; ++row) ASSERT_NE(ahead.next(), nullptr);
  EXPECT_THROW(std::ignore = ahead.next(), std::runtime_error);
}

TEST_F(RowReading, AnSqlErrorIsAnOperationThatFailed) {
  fill(many_rows);
  ReadAhead ahead(open(), "SELECT abs(CASE n WHEN 5 THEN -9223372036854775808 ELSE n END) FROM t", {});
  for (int row = 1; row < 5; ++row) ASSERT_NE(ahead.next(), nullptr);
  EXPECT_THROW(std::ignore = ahead.next(), OperationFailed);
}

TEST_F(RowReading, NobodyNeedsToReadToTheEnd) {
  fill(many_rows);
  { const ReadAhead unread(open(), "SELECT * FROM t", numbers()); }
  ReadAhead ahead(open(), "SELECT * FROM t", numbers());
  ASSERT_NE(ahead.next(), nullptr);
}

TEST_F(RowReading, WhatIsPreparedStaysWithItsRowOnly) {
  fill("CREATE TABLE t (n); INSERT INTO t VALUES (1), (2)");
  ReadAhead ahead(open(), "SELECT * FROM t", numbers());
  OldRow* first = ahead.next();
  const std::weak_ptr<const void> prepared = first->prepared[1];
  EXPECT_FALSE(prepared.expired());
  ASSERT_NE(ahead.next(), nullptr);
  EXPECT_TRUE(prepared.expired());
}

}  // namespace
}  // namespace liftlock::migration::sqlite
