// Going back to a snapshot, and what is written in between: told, asked for, and kept.

#include "snapshot/snapshot.hpp"
#include "story.hpp"

namespace liftlock::change {
namespace {

using ::testing::HasSubstr;
using testing::need;

class DownwardTest : public StoryTest {
 protected:
  /// Up from 0.8.12 to 0.9.5, with some work done after that.
  void SetUp() override {
    make_database("0.8.12");
    sql(chat("old", 1'790'000'000));
    need(file::write_durably(data_ / "uploads/old.txt", "old"));
    before_ = contents();
    need(change("0.9.5"));
    clock_.now += 3'600;
    sql(chat("new", clock_.now) + "UPDATE chat SET updated_at = " + std::to_string(clock_.now) + " WHERE id = 'old'");
    need(file::write_durably(data_ / "uploads/new.txt", "new"));
    after_ = contents();
  }

  using Contents = std::map<std::string, std::vector<std::string>>;
  Contents before_, after_;
};

TEST_F(DownwardTest, is_refused_with_the_counts_unless_the_loss_is_agreed_to) {
  answer_ = false;
  const auto refused = change("0.8.12", false, "latest");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "would-lose-data");
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_THAT(refused.error().what, HasSubstr("chat: 1 new, 1 changed"));
  EXPECT_THAT(refused.error().next, HasSubstr("--accept-loss"));
  ASSERT_FALSE(asked_.empty());
  EXPECT_EQ(asked_.back().id, "down-losing");
  EXPECT_TRUE(asked_.back().beyond_yes) << "a general --yes must not answer it";
  EXPECT_EQ(contents(), after_);
}

TEST_F(DownwardTest, agreed_to_brings_back_exactly_what_was_and_the_newer_data_stays_within_reach) {
  const auto down = change("0.8.12", true, "latest");
  ASSERT_TRUE(down) << down.error().doing << ": " << down.error().what;
  EXPECT_EQ(down->outcome, Outcome::changed);
  ASSERT_EQ(down->losses.size(), 1U);
  EXPECT_EQ(down->losses[0].table, "chat");
  EXPECT_EQ(down->losses[0].added, 1);
  EXPECT_EQ(down->losses[0].changed, 1);
  EXPECT_EQ(contents(), before_);

  const auto snapshot = need(snapshot::open(down->snapshot->path));
  EXPECT_TRUE(snapshot::verify(snapshot, clock_, progress_));
  need(snapshot::restore_database(snapshot, folder_ / "newer.db", progress_));
  EXPECT_EQ(testing::query_rows(folder_ / "newer.db", "SELECT id FROM chat ORDER BY 1"),
            (std::vector<std::string>{"'new'", "'old'"}));

  clock_.now += 60;
  const auto back = roll_back(deployment(), context_);
  ASSERT_TRUE(back) << back.error().doing << ": " << back.error().what;
  EXPECT_EQ(contents(), after_);
}

TEST_F(DownwardTest, without_anything_newer_asks_for_nothing) {
  sql("DELETE FROM chat WHERE id = 'new'; UPDATE chat SET updated_at = 1790000000");
  asked_.clear();
  const auto down = change("0.8.12", false, "latest");
  ASSERT_TRUE(down) << down.error().what;
  EXPECT_TRUE(down->losses.empty());
  EXPECT_TRUE(std::ranges::none_of(asked_, [](const Question& question) { return question.id == "down-losing"; }));
  EXPECT_EQ(contents(), before_);
}

TEST_F(DownwardTest, a_snapshot_asked_for_on_a_way_that_is_not_down_is_an_error_of_usage) {
  for (const char* version : {"0.9.5", "0.12.4"}) {
    const auto refused = change(version, true, "latest");
    ASSERT_FALSE(refused) << version;
    EXPECT_EQ(refused.error().id, "snapshot-not-needed");
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().what, HasSubstr(version));
    EXPECT_THAT(refused.error().next, HasSubstr("liftlock restore dir:"));
  }
  EXPECT_EQ(contents(), after_);
}

class MeanwhileTest : public StoryTest {
 protected:
  static std::string pinned_note(const std::string& id) {
    return "INSERT INTO pinned_note (id, user_id, note_id, created_at) VALUES ('" + id + "', 'u', 'note " + id +
           "', 1);";
  }
};

TEST_F(MeanwhileTest, what_is_written_after_the_rehearsal_is_rehearsed_too) {
  make_database("0.9.5");
  sql(chat("old", 1'790'000'000));
  meanwhile_ = [this] { sql(chat("new", clock_.now)); };
  const auto done = change("0.12.4");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_FALSE(done->cutover->used_rehearsed);
  EXPECT_EQ(testing::query_rows(database_, "SELECT id FROM chat ORDER BY id"),
            (std::vector<std::string>{"'new'", "'old'"}));
}

TEST_F(MeanwhileTest, more_to_leave_behind_than_was_agreed_to_is_refused) {
  make_database("0.12.4");
  sql(pinned_note("1"));
  meanwhile_ = [this] { sql(pinned_note("2")); };
  const auto refused = change("0.9.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "would-lose-data");
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_THAT(refused.error().what, HasSubstr("pinned_note: 2 rows"));
  EXPECT_EQ(testing::query_rows(database_, "SELECT id FROM pinned_note ORDER BY id"),
            (std::vector<std::string>{"'1'", "'2'"}));
  EXPECT_EQ(testing::query_rows(database_, "SELECT version_num FROM alembic_version"),
            std::vector<std::string>{"'0bd252b206fb'"});
}

TEST_F(MeanwhileTest, as_much_as_was_agreed_to_goes_through_and_so_does_more_where_all_was_accepted_by_name) {
  make_database("0.12.4");
  sql(pinned_note("1"));
  meanwhile_ = [this] { sql(chat("new", clock_.now)); };
  const auto done = change("0.9.0");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_FALSE(done->cutover->used_rehearsed);
  EXPECT_TRUE(change("0.12.4"));
  sql(pinned_note("1"));
  meanwhile_ = [this] { sql(pinned_note("2")); };
  const auto accepted = change("0.9.0", true);
  ASSERT_TRUE(accepted) << accepted.error().what;
  EXPECT_EQ(testing::query_rows(database_, "SELECT id FROM chat"), std::vector<std::string>{"'new'"});
}

}  // namespace
}  // namespace liftlock::change
