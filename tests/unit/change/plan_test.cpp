#include "change/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.hpp"
#include "deployment/deployment.hpp"
#include "migration/builder.hpp"
#include "migration/state.hpp"
#include "release/catalogue.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using testing::need;

/// A data directory whose database a Peewee-era chain made, at the head of `release`.
class PlanTest : public ::testing::Test {
 protected:
  void make_database(std::string_view release, migration::Lineage lineage = migration::Lineage::peewee) {
    migration::DatabaseState nothing;
    nothing.lineage = lineage;
    testing::RecordingEnvironment environment;
    const auto path = need(migration::plan_path(nothing, release::find(release)->head));
    need(migration::build_migrated(folder_ / "none.db", database_, path, {}, environment));
  }

  void sql(const std::string& statements) { testing::run_sql(database_, statements); }

  void add_user(const std::string& id, const std::string& email) {
    sql("INSERT INTO \"user\" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at) "
        "VALUES ('" +
        id + "', 'Name of " + id + "', '" + email + "', 'user', '', 1, 1, 1)");
  }

  Result<Plan> plan(std::string_view version, const std::string& engine = "auto") {
    const auto deployment = need(deployment::find("dir:" + folder_.path().string(), home_.path()));
    return make_plan(deployment, std::string(version), {engine});
  }

  static const hazard::Finding* find(const Plan& plan, std::string_view id) {
    const auto found = std::ranges::find(plan.findings, id, &hazard::Finding::id);
    return found == plan.findings.end() ? nullptr : &*found;
  }

  testing::TemporaryDirectory folder_;
  testing::TemporaryDirectory home_;
  std::filesystem::path database_ = folder_ / "webui.db";
};

TEST_F(PlanTest, goes_up_through_the_revisions_between_and_writes_nothing) {
  make_database("0.6.18");
  const std::string before = need(file::sha256(database_));
  const auto made = plan("v0.12.4");
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->direction, Direction::up);
  EXPECT_EQ(made->target_release, "0.12.4");
  EXPECT_EQ(made->steps.size(), 49U);
  EXPECT_EQ(made->steps.front().id, "018012973d35");
  EXPECT_EQ(made->steps.back().id, "0bd252b206fb");
  EXPECT_THAT(made->from_releases, ::testing::Contains("0.6.18"));
  EXPECT_TRUE(made->blockers().empty());
  EXPECT_GE(made->costs.disk_bytes, 3 * static_cast<std::int64_t>(std::filesystem::file_size(database_)));
  EXPECT_GT(made->costs.seconds, made->costs.downtime_seconds);
  EXPECT_THAT(made->points_of_no_return, ::testing::Contains(::testing::HasSubstr("one API key")));
  EXPECT_EQ(need(file::sha256(database_)), before);
  EXPECT_EQ(to_json(*made)["direction"], "up");
}

TEST_F(PlanTest, an_unknown_version_is_answered_with_near_ones) {
  make_database("0.6.18");
  const auto made = plan("0.12.5");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().id, "version-unknown");
  EXPECT_EQ(made.error().kind, ErrorKind::usage);
  EXPECT_THAT(made.error().next, ::testing::HasSubstr("0.12.4"));
}

TEST_F(PlanTest, what_the_pin_does_not_allow_is_refused) {
  make_database("0.6.18");
  const auto deployment = need(deployment::find("dir:" + folder_.path().string(), home_.path()));
  const auto refused = make_plan(deployment, "latest", {.pin = "0.9"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "version-pinned");
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_TRUE(make_plan(deployment, "v0.9.6", {.pin = "0.9"}));
}

TEST_F(PlanTest, the_engine_app_is_refused_for_lack_of_a_program) {
  make_database("0.6.18");
  const auto made = plan("latest", "app");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::refused);
}

TEST_F(PlanTest, the_version_that_is_there_needs_nothing) {
  make_database("0.12.4", migration::Lineage::alembic);
  const auto made = plan("latest");
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->direction, Direction::none);
  EXPECT_TRUE(made->steps.empty());
  EXPECT_EQ(made->costs.disk_bytes, 0);
}

TEST_F(PlanTest, down_is_migrated_and_says_what_it_loses) {
  make_database("0.12.4", migration::Lineage::peewee);
  add_user("1", "anna@example.org");
  sql("UPDATE user SET variables = '{\"a\": 1}'");
  const auto made = plan("0.8.12");
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->direction, Direction::down);
  EXPECT_FALSE(made->by_snapshot);
  EXPECT_EQ(made->steps.front().id, "0bd252b206fb");
  EXPECT_EQ(made->steps.back().id, "a3dd5bedd151");
  ASSERT_EQ(made->losses.size(), 1U);
  EXPECT_EQ(migration::sentence_of(made->losses.front()), "user.variables: 1 value");
  EXPECT_TRUE(made->blockers().empty());
}

TEST_F(PlanTest, down_below_alembic_without_a_snapshot_is_refused) {
  make_database("0.12.4", migration::Lineage::peewee);
  const auto made = plan("0.3.7");
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->direction, Direction::down);
  EXPECT_TRUE(made->by_snapshot);
  const Error refusal = refusal_of(*made);
  EXPECT_EQ(refusal.kind, ErrorKind::refused);
  EXPECT_EQ(refusal.id, "no-restore-point");
}

TEST_F(PlanTest, emails_that_differ_by_case_name_their_users_and_refuse) {
  make_database("0.6.18");
  add_user("1", "Anna@example.org");
  add_user("2", "anna@example.org");
  add_user("3", "bert@example.org");
  const auto made = plan("0.12.4");
  ASSERT_TRUE(made) << made.error().what;
  const hazard::Finding* finding = find(*made, "emails-differ-by-case");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->count, 2);
  EXPECT_THAT(finding->examples,
              ::testing::ElementsAre("Name of 1 <Anna@example.org>", "Name of 2 <anna@example.org>"));
  EXPECT_THAT(refusal_of(*made).what, ::testing::HasSubstr("anna@example.org"));
  EXPECT_TRUE(need(plan("0.10.2")).blockers().empty()) << "the path ends before f0bd01a18a3d";
}

TEST_F(PlanTest, group_members_are_counted_in_this_data) {
  make_database("0.6.18");
  add_user("1", "a@example.org");
  sql("INSERT INTO \"group\" (id, user_id, name, user_ids) VALUES ('g', '1', 'Group', '[\"1\",\"1\",\"gone\"]'), "
      "('h', '1', 'Bad', 'not json')");
  const auto made = plan("0.12.4");
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_NE(find(*made, "group-member-repeated"), nullptr);
  ASSERT_NE(find(*made, "group-member-deleted"), nullptr);
  EXPECT_THAT(find(*made, "group-member-deleted")->examples, ::testing::ElementsAre("Group: gone"));
  EXPECT_EQ(find(*made, "group-members-unreadable")->count, 1);
}

TEST_F(PlanTest, unreadable_chats_are_counted_before_they_are_rewritten) {
  make_database("0.3.30");
  sql("INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) VALUES "
      "('good', 'u', 't', '{\"a\": NaN}', 1, 1, 0), ('bad', 'u', 't', '{\"a\": ', 1, 1, 0)");
  const auto made = plan("0.12.4");
  ASSERT_TRUE(made) << made.error().what;
  const hazard::Finding* finding = find(*made, "chat-unreadable");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->examples, ::testing::ElementsAre("bad"));
}

TEST_F(PlanTest, releases_with_broken_migrations_are_warned_of_with_the_nearest_safe_one) {
  make_database("0.3.30");
  const auto made = plan("0.9.6");
  ASSERT_TRUE(made) << made.error().what;
  const hazard::Finding* finding = find(*made, "release-strands-chats");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, hazard::Severity::warning);
  EXPECT_THAT(finding->solution, ::testing::HasSubstr("0.11.1"));
  EXPECT_EQ(find(need(plan("0.12.4")), "release-strands-chats"), nullptr);
}

TEST_F(PlanTest, an_unknown_revision_and_a_foreign_database_are_refused) {
  make_database("0.6.18");
  sql("UPDATE alembic_version SET version_num = 'ffffffffffff'");
  EXPECT_EQ(refusal_of(need(plan("0.12.4"))).id, "revision-unknown");
  std::filesystem::remove(database_);
  sql("CREATE TABLE orders (id INTEGER)");
  EXPECT_EQ(refusal_of(need(plan("0.12.4"))).id, "database-foreign");
}

TEST_F(PlanTest, what_is_no_database_is_said_to_be_perhaps_encrypted) {
  need(file::write_durably(database_, std::string(8192, 'x')));
  const auto made = plan("0.12.4");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().id, "database-not-a-database");
  EXPECT_THAT(made.error().next, ::testing::HasSubstr("sqlcipher"));
}

}  // namespace
}  // namespace liftlock::change
