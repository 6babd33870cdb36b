#include "change/database_upgrade.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/lock.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using testing::need;

class DatabaseUpgradeTest : public ::testing::Test {
 protected:
  Result<DatabaseUpgrade> upgrade(const std::string& revision) {
    return upgrade_database(database_, revision, clock_, ids_, progress_);
  }

  void write(const std::string& name) { need(file::write_durably(folder_ / name, "x")); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  SystemClock clock_;
  RandomIds ids_;
  NoProgress progress_;
  testing::TemporaryDirectory folder_;
  std::filesystem::path database_ = folder_ / "webui.db";
};

TEST_F(DatabaseUpgradeTest, keeps_the_old_file_and_every_row_of_it) {
  need(upgrade("7e5b5dc7342b"));
  testing::run_sql(database_, "INSERT INTO auth VALUES ('1', 'a@x.org', 'secret', 1)");
  const std::string before = need(file::sha256(database_));
  const auto done = upgrade("ca81bd47c050");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->from_revision, "7e5b5dc7342b");
  EXPECT_TRUE(done->verification.ok());
  EXPECT_EQ(need(file::sha256(done->kept)), before);
  EXPECT_THAT(testing::query_rows(database_, "SELECT * FROM auth"), ::testing::ElementsAre("'1'|'a@x.org'|'secret'|1"));
  EXPECT_THAT(names(), ::testing::ElementsAre("webui.db", done->kept.filename().string()));
}

TEST_F(DatabaseUpgradeTest, of_a_database_in_wal_mode_takes_its_newest_writes_and_leaves_nothing_beside_it) {
  need(upgrade("7e5b5dc7342b"));
  auto writer = need(database::Connection::open(database_, database::OpenMode::read_write));
  need(
      writer.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                     "INSERT INTO auth VALUES ('1', 'a@x.org', 'secret', 1)"));
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(database_.string() + suffix, (folder_ / "killed.db").string() + suffix);
  }
  const auto done = upgrade_database(folder_ / "killed.db", "ca81bd47c050", clock_, ids_, progress_);
  ASSERT_TRUE(done) << done.error().what;
  for (const std::string& name : names()) EXPECT_EQ(name.find(".liftlock-"), std::string::npos) << name;
  EXPECT_EQ(testing::query_rows(folder_ / "killed.db", "SELECT count(*) FROM auth"), std::vector<std::string>{"1"});
}

TEST_F(DatabaseUpgradeTest, removes_what_a_killed_one_has_left_and_nothing_else) {
  need(upgrade("7e5b5dc7342b"));
  write("webui.db.liftlock-upgrade-1f-new");
  write("webui.db.liftlock-upgrade-1f-new-journal");
  write("webui.db.liftlock-upgrade-1f-new.quarantine.jsonl");
  write("webui.db.liftlock-0001-20261121-104526-new");                            // of a change, for resume
  write("other.db.liftlock-upgrade-1f-new");                                      // of another database
  write("webui.db.before-20261121-104526");                                       // a kept file with content of its own
  need(file::hard_link(database_, folder_ / "webui.db.before-20261121-104527"));  // killed before the swap
  const std::string before = need(file::sha256(database_));
  const auto done = upgrade("7e5b5dc7342b");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->steps.empty());
  EXPECT_THAT(names(),
              ::testing::ElementsAre("other.db.liftlock-upgrade-1f-new", "webui.db", "webui.db.before-20261121-104526",
                                     "webui.db.liftlock-0001-20261121-104526-new"));
  EXPECT_EQ(need(file::sha256(database_)), before);
}

TEST_F(DatabaseUpgradeTest, leaves_alone_what_a_running_one_is_working_on) {
  need(upgrade("7e5b5dc7342b"));
  write("webui.db.liftlock-upgrade-1f-new");
  const Lock running = need(Lock::acquire_folder(folder_.path()));
  const auto refused = upgrade("ca81bd47c050");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::locked);
  EXPECT_THAT(names(), ::testing::Contains("webui.db.liftlock-upgrade-1f-new"));
}

TEST_F(DatabaseUpgradeTest, keeps_what_cannot_be_carried_over_beside_the_file) {
  need(upgrade("6a39f3d8e55c"));
  testing::run_sql(database_,
                   "INSERT INTO chat (id, user_id, title, chat, created_at, updated_at) "
                   "VALUES ('c', 'u', 'T', '{broken', 1, 1)");
  const auto done = upgrade("242a2047eae0");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->quarantined, 1);
  EXPECT_THAT(need(file::read(done->quarantine_file)), ::testing::HasSubstr("{broken"));
  EXPECT_THAT(names(), ::testing::ElementsAre("webui.db", done->kept.filename().string(),
                                              done->quarantine_file.filename().string()));
}

TEST_F(DatabaseUpgradeTest, a_failure_leaves_the_file_as_it_was_and_nothing_beside_it) {
  need(upgrade("a0b1c2d3e4f5"));
  testing::run_sql(
      database_,
      "INSERT INTO user (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at) "
      "VALUES ('1', 'A', 'a@x.org', 'user', '', 1, 1, 1), ('2', 'A', 'A@x.org', 'user', '', 1, 1, 1)");
  const std::string before = need(file::sha256(database_));
  const auto failed = upgrade("0bd252b206fb");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().state, "Nothing was changed.");
  EXPECT_EQ(need(file::sha256(database_)), before);
  EXPECT_THAT(names(), ::testing::ElementsAre("webui.db"));
}

}  // namespace
}  // namespace liftlock::change
