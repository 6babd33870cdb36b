#include "change/swap.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "database/sqlite.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using database::Connection;
using database::OpenMode;

class SwapTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(file::write_durably(database_, "old"));
    ASSERT_TRUE(file::write_durably(candidate_, "new"));
    swap_ = prepare_swap(database_, candidate_, kept_).value();
  }
  [[nodiscard]] std::string content() const { return file::read(database_).value(); }
  testing::TemporaryDirectory folder_;
  std::filesystem::path database_ = folder_ / "webui.db";
  std::filesystem::path candidate_ = folder_ / "new";
  std::filesystem::path kept_ = folder_ / "before";
  Swap swap_;
};

TEST_F(SwapTest, CanBeCarriedOutAndReversed) {
  EXPECT_EQ(state_of(swap_).value(), SwapState::not_done);
  ASSERT_TRUE(carry_out(swap_));
  EXPECT_EQ(content(), "new");
  EXPECT_EQ(state_of(swap_).value(), SwapState::done);
  ASSERT_TRUE(reverse(swap_));
  EXPECT_EQ(content(), "old");
  EXPECT_EQ(state_of(swap_).value(), SwapState::not_done);
  EXPECT_EQ(file::read(candidate_).value(), "new");
}

TEST_F(SwapTest, InterruptedAfterTheLinkItIsNotDoneAndTidied) {
  std::filesystem::create_hard_link(database_, kept_);
  ASSERT_EQ(state_of(swap_).value(), SwapState::not_done);
  ASSERT_TRUE(tidy(swap_, SwapState::not_done));
  EXPECT_FALSE(file::exists(kept_));
  EXPECT_EQ(content(), "old");
}

TEST_F(SwapTest, InterruptedAfterAnExchangeItIsDoneAndTidied) {
  std::filesystem::rename(database_, folder_ / "x");
  std::filesystem::rename(candidate_, database_);
  std::filesystem::rename(folder_ / "x", candidate_);
  ASSERT_EQ(state_of(swap_).value(), SwapState::done);
  ASSERT_TRUE(tidy(swap_, SwapState::done));
  EXPECT_EQ(file::read(kept_).value(), "old");
  EXPECT_EQ(content(), "new");
}

TEST_F(SwapTest, AnotherFileIsNobodysBusiness) {
  std::filesystem::rename(database_, folder_ / "elsewhere");
  std::ofstream(database_) << "third";
  EXPECT_EQ(state_of(swap_).value(), SwapState::unknown);
  EXPECT_EQ(content(), "third");
}

TEST_F(SwapTest, ANewFileWithoutTheOldOneIsNotDone) {
  ASSERT_TRUE(carry_out(swap_));
  std::filesystem::remove(kept_);
  EXPECT_EQ(state_of(swap_).value(), SwapState::unknown);
}

class SidecarTest : public ::testing::Test {
 protected:
  /// A database whose newest row is only in its -wal, as a program that was killed leaves it.
  void SetUp() override {
    const auto live = folder_ / "live.db";
    auto connection = Connection::open(live, OpenMode::create).value();
    ASSERT_TRUE(
        connection.execute("PRAGMA journal_mode=WAL; CREATE TABLE t (a); PRAGMA wal_checkpoint(TRUNCATE);"
                           "INSERT INTO t VALUES ('only in the wal')"));
    std::filesystem::copy(live, database_);
    std::filesystem::copy(live.string() + "-wal", database_.string() + "-wal");
  }
  testing::TemporaryDirectory folder_;
  std::filesystem::path database_ = folder_ / "webui.db";
};

TEST_F(SidecarTest, FoldingTakesTheWalIntoTheFileAndLeavesNone) {
  ASSERT_TRUE(fold_sidecars(database_));
  const auto exclusion = exclude_others(database_);
  ASSERT_TRUE(exclusion) << exclusion.error().what;
  for (const char* suffix : {"-wal", "-shm", "-journal"}) EXPECT_FALSE(file::exists(database_.string() + suffix));
  auto reader = Connection::open(database_, OpenMode::immutable).value();
  EXPECT_EQ(reader.query_text("SELECT a FROM t").value(), "only in the wal");
}

TEST_F(SidecarTest, AWalWithContentIsNeverRemoved) {
  const auto exclusion = exclude_others(database_);
  ASSERT_FALSE(exclusion);
  EXPECT_EQ(exclusion.error().id, "database-in-use");
  EXPECT_TRUE(file::exists(database_.string() + "-wal"));
}

TEST_F(SidecarTest, SomebodyWhoHasItOpenIsInTheWay) {
  auto other = Connection::open(database_, OpenMode::read_write).value();
  ASSERT_TRUE(other.execute("BEGIN; SELECT * FROM t"));
  const auto folded = fold_sidecars(database_);
  const auto exclusion = exclude_others(database_);
  ASSERT_FALSE(exclusion);
  EXPECT_EQ(exclusion.error().kind, ErrorKind::refused);
}

TEST_F(SidecarTest, ABackupIsTheSameDatabaseUntilARowChanges) {
  ASSERT_TRUE(fold_sidecars(database_));
  const auto copy = folder_ / "copy.db";
  {
    auto source = Connection::open(database_, OpenMode::read_only).value();
    auto made = Connection::open(folder_ / "copy.db", OpenMode::create).value();
    ASSERT_TRUE(made.execute("ATTACH '" + database_.string() + "' AS live"));
  }
  std::filesystem::copy(database_, copy, std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(same_database(database_, copy).value());
  ASSERT_TRUE(adopt_journal_mode(copy, folder_ / "live.db"));
  {
    auto connection = Connection::open(copy, OpenMode::read_write).value();
    ASSERT_TRUE(connection.query_text("PRAGMA journal_mode=DELETE"));
  }
  EXPECT_TRUE(same_database(database_, copy).value()) << "only the journal mode differs";
  ASSERT_TRUE(adopt_journal_mode(copy, database_));
  EXPECT_FALSE(file::exists(copy.string() + "-wal"));
  {
    auto connection = Connection::open(copy, OpenMode::read_write).value();
    ASSERT_TRUE(connection.execute("UPDATE t SET a = 'only in the waL'; PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  EXPECT_FALSE(same_database(database_, copy).value());
}

}  // namespace
}  // namespace liftlock::change
