#include "change/plan_points.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/catalogue.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::change {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Plan up(std::string_view from, std::string_view to) {
  Plan plan;
  plan.direction = Direction::up;
  plan.target_release = to;
  migration::DatabaseState state;
  state.lineage = migration::Lineage::peewee;
  state.revision = release::find(from)->head.revision;
  state.peewee_migrations = 18;
  plan.path = testing::need(migration::plan_path(state, release::find(to)->head));
  return plan;
}

TEST(PlanPoints, a_change_upward_can_be_rolled_back_until_it_is_settled) {
  const auto points = points_of_no_return(up("0.6.18", "0.12.4"), false);
  ASSERT_FALSE(points.empty());
  EXPECT_THAT(points.front(), AllOf(HasSubstr("liftlock rollback"), HasSubstr("under 0.12.4")));
}

TEST(PlanPoints, a_step_names_what_goes_and_what_its_official_way_back_loses) {
  const auto points = points_of_no_return(up("0.6.18", "0.12.4"), false);
  EXPECT_THAT(points, Contains(AllOf(HasSubstr("b10670c03dd5"), HasSubstr("user.api_key"), HasSubstr("one API key"))));
  EXPECT_THAT(points, Contains(AllOf(HasSubstr("f1e2d3c4b5a6"), HasSubstr("7 columns go"))));
  EXPECT_THAT(points, Contains(AllOf(HasSubstr("37f288994c47"), HasSubstr("group.user_ids goes"))));
}

TEST(PlanPoints, a_step_that_only_adds_is_none_and_working_copies_are_nobodys_data) {
  const auto points = points_of_no_return(up("0.3.30", "0.12.4"), false);
  EXPECT_THAT(points, Each(Not(HasSubstr("_alembic_tmp_"))));
  EXPECT_THAT(points, Each(Not(HasSubstr("old_chat"))));
  EXPECT_THAT(points, Each(Not(HasSubstr("922e7a387820")))) << "a table of groups is added";
}

TEST(PlanPoints, a_vector_store_may_go_one_way) {
  const Plan plan = up("0.12.0", "0.12.4");
  EXPECT_THAT(points_of_no_return(plan, true), Contains(HasSubstr("vector store")));
  EXPECT_THAT(points_of_no_return(plan, false), Each(Not(HasSubstr("vector store"))));
}

TEST(PlanPoints, going_back_to_a_snapshot_leaves_newer_data_behind) {
  Plan plan;
  plan.direction = Direction::down;
  plan.by_snapshot = true;
  EXPECT_THAT(points_of_no_return(plan, true), IsEmpty()) << "refused: there is no snapshot";
  plan.restore_point = RestorePoint{"/backup", "2026-11-20 10:00", "0.6.18", "d31026856c01"};
  const auto points = points_of_no_return(plan, true);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_THAT(points.front(), AllOf(HasSubstr("2026-11-20 10:00"), HasSubstr("left behind")));
}

TEST(PlanPoints, where_nothing_is_to_be_done_there_are_none) {
  EXPECT_THAT(points_of_no_return(Plan{}, true), IsEmpty());
}

}  // namespace
}  // namespace liftlock::change
