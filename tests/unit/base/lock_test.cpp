#include "base/lock.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "database/sqlite.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

TEST(Lock, ASecondRunIsToldWhoHoldsIt) {
  const testing::TemporaryDirectory folder;
  const auto first =
      Lock::acquire(folder / "lock", {4711, "liftlock change dir:/srv/data 0.12.4", "2026-11-21T10:00:00Z"});
  ASSERT_TRUE(first);
  const auto second = Lock::acquire(folder / "lock", {1, "liftlock", "now"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
  EXPECT_NE(second.error().what.find("4711"), std::string::npos) << second.error().what;
  EXPECT_NE(second.error().what.find("change dir:/srv/data 0.12.4"), std::string::npos) << second.error().what;
}

TEST(Lock, IsFreeAgainAfterItsEnd) {
  const testing::TemporaryDirectory folder;
  { const auto first = Lock::acquire(folder / "lock", {1, "a", "b"}); }
  EXPECT_TRUE(Lock::acquire(folder / "lock", {2, "a", "b"}));
}

TEST(Lock, OfAFolderExcludesWithoutWritingIntoIt) {
  const testing::TemporaryDirectory folder;
  const auto first = Lock::acquire_folder(folder.path());
  ASSERT_TRUE(first);
  const auto second = Lock::acquire_folder(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

class ExclusionTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto made = database::Connection::open(database_, database::OpenMode::create);
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->execute(std::string("PRAGMA journal_mode=") + GetParam()));
    ASSERT_TRUE(made->execute("CREATE TABLE t (a); INSERT INTO t VALUES (7)"));
  }
  testing::TemporaryDirectory folder_;
  std::filesystem::path database_ = folder_ / "odd name?#%.db";
};

TEST_P(ExclusionTest, KeepsEverySqliteOutAndLetsImmutableReadersIn) {
  const auto exclusion = SqliteExclusion::acquire(database_);
  ASSERT_TRUE(exclusion);
  auto other = database::Connection::open(database_, database::OpenMode::read_write);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().id, "database-busy");
  auto reader = database::Connection::open(database_, database::OpenMode::immutable);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->query_integer("SELECT a FROM t").value(), 7);
}

TEST_P(ExclusionTest, IsRefusedWhileSomebodyReads) {
  auto other = database::Connection::open(database_, database::OpenMode::read_write);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->execute("BEGIN; SELECT * FROM t"));
  const auto exclusion = SqliteExclusion::acquire(database_);
  ASSERT_FALSE(exclusion);
  EXPECT_EQ(exclusion.error().kind, ErrorKind::refused);
}

INSTANTIATE_TEST_SUITE_P(JournalModes, ExclusionTest, ::testing::Values("DELETE", "WAL"));

}  // namespace
}  // namespace liftlock
