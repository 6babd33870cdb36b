#include "database/sqlite.hpp"

#include <gtest/gtest.h>

#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::database {
namespace {

using testing::need;
using testing::run_sql;

TEST(Sqlite, AJournalThatMustBeRolledBackIsExplained) {
  const testing::TemporaryDirectory folder;
  run_sql(folder / "written.db",
          "CREATE TABLE t (v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
          "INSERT INTO t SELECT hex(zeroblob(2000)) FROM n");
  auto writer = need(Connection::open(folder / "written.db", OpenMode::read_write));
  // A cache this small writes pages before the end of the transaction.
  need(writer.execute("PRAGMA cache_size = 2; BEGIN; UPDATE t SET v = 'half'"));
  for (const char* suffix : {"", "-journal"}) {
    std::filesystem::copy_file(std::string(folder / "written.db") + suffix, std::string(folder / "killed.db") + suffix);
  }

  const auto connection = Connection::open(folder / "killed.db", OpenMode::read_only);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().id, "database-interrupted");
  EXPECT_NE(connection.error().next.find("quick_check"), std::string::npos);
  run_sql(folder / "killed.db", "PRAGMA quick_check");
  EXPECT_TRUE(Connection::open(folder / "killed.db", OpenMode::read_only));
}

}  // namespace
}  // namespace liftlock::database
