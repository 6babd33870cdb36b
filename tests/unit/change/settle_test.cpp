#include "change/journal.hpp"
#include "change/places.hpp"
#include "story.hpp"

namespace liftlock::change {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::need;

constexpr std::int64_t day = 86'400;

/// Changes that others have made: only their journals, reports and kept files are there.
class SettleTest : public StoryTest {
 protected:
  void SetUp() override { sql("CREATE TABLE auth (id TEXT); INSERT INTO auth VALUES ('1')"); }

  Places made_change(const std::string& id, Outcome outcome, bool ended = true) {
    const Places places = places_of(deployment(), id);
    need(file::make_folder(places.folder));
    auto journal = need(Journal::open(places.journal));
    need(journal.append("begin", clock_.nanoseconds(), {{"keep_days", 7}}));
    if (ended) need(journal.append("done", clock_.nanoseconds(), nlohmann::ordered_json::object()));
    Report report;
    report.id = id;
    report.command = "change";
    report.outcome = outcome;
    report.file = places.report;
    report.kept_files = {places.before};
    report.snapshot = SnapshotFigures{deployment().state_folder / ("backup-" + id), 1, 1, 0};
    need(write_report(report));
    need(file::write_durably(places.before, "the old database"));
    return places;
  }

  Result<std::vector<Report>> settle_now(bool now = false) { return settle(deployment(), now, context_); }
};

TEST_F(SettleTest, waits_until_the_days_are_over_and_then_removes_the_kept_database_only) {
  const Places places = made_change("0001-x", Outcome::changed);
  const auto before = contents();
  need(file::write_durably(data_ / "webui.db.liftlock-0002-x-before", "of nobody's report"));
  clock_.now += 7 * day - 1;
  EXPECT_THAT(need(settle_now()), IsEmpty());
  EXPECT_TRUE(file::exists(places.before));
  clock_.now += 1;
  const auto settled = need(settle_now());
  ASSERT_EQ(settled.size(), 1U);
  EXPECT_EQ(settled[0].outcome, Outcome::settled);
  EXPECT_FALSE(file::exists(places.before));
  EXPECT_TRUE(file::exists(data_ / "webui.db.liftlock-0002-x-before"));
  EXPECT_EQ(contents(), before);
  const auto report = need(read_report(places.report));
  EXPECT_EQ(report.outcome, Outcome::settled);
  EXPECT_THAT(report.kept_files, IsEmpty());
  EXPECT_THAT(need(settle_now(true)), IsEmpty()) << "there is nothing left to settle";
}

TEST_F(SettleTest, never_removes_what_does_not_bear_liftlocks_mark) {
  const Places places = made_change("0001-x", Outcome::changed);
  need(file::write_durably(data_ / "uploads/mine.txt", "mine"));
  auto report = need(read_report(places.report));
  report.kept_files = {database_, data_ / "uploads/mine.txt", data_ / "uploads", places.before};
  need(write_report(report));
  const auto before = contents();
  EXPECT_EQ(need(settle_now(true)).size(), 1U);
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(need(file::read(data_ / "uploads/mine.txt")), "mine");
  EXPECT_FALSE(file::exists(places.before));
}

TEST_F(SettleTest, removes_folders_of_files_moved_aside_but_not_what_a_link_of_that_name_points_to) {
  const auto aside = data_ / ".liftlock-aside-20261121-110000";
  const Places places = made_change("0001-x", Outcome::rolled_back);
  need(file::write_durably(data_ / "uploads/mine.txt", "mine"));
  need(file::make_folder(aside));
  need(file::write_durably(aside / "later.txt", "later"));
  std::filesystem::create_directory_symlink(data_ / "uploads", data_ / ".liftlock-link");
  auto report = need(read_report(places.report));
  report.kept_files = {aside, data_ / ".liftlock-link"};
  need(write_report(report));
  const auto settled = need(settle_now(true));
  ASSERT_EQ(settled.size(), 1U);
  EXPECT_EQ(settled[0].outcome, Outcome::rolled_back) << "that it was rolled back stays true";
  EXPECT_FALSE(file::exists(aside));
  EXPECT_EQ(need(file::read(data_ / "uploads/mine.txt")), "mine");
}

TEST_F(SettleTest, is_refused_while_a_change_is_unfinished) {
  const Places places = made_change("0001-x", Outcome::changed);
  made_change("0002-x", Outcome::unfinished, false);
  const auto refused = settle_now(true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_EQ(refused.error().id, "unfinished-change");
  EXPECT_TRUE(file::exists(places.before));
}

TEST_F(SettleTest, frees_the_snapshot_that_only_its_change_needed) {
  made_change("0001-x", Outcome::changed);
  const std::int64_t end = clock_.now;
  const auto free_since = [this](const std::string& name) { return need(snapshot_free_since(deployment(), name)); };
  EXPECT_EQ(free_since("backup-0001-x"), std::nullopt);
  EXPECT_EQ(free_since("backup-of-nobody"), 0);
  clock_.now += 3 * day;
  need(settle_now(true));
  EXPECT_EQ(free_since("backup-0001-x"), end);
  made_change("0002-x", Outcome::unfinished, false);
  EXPECT_EQ(free_since("backup-0001-x"), std::nullopt) << "an interrupted change may need any of them";
}

}  // namespace
}  // namespace liftlock::change
