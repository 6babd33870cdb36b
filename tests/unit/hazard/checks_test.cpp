// Every check, on the smallest situation in which it speaks and on one in which it must not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "data_cases.hpp"
#include "situation_cases.hpp"
#include "world.hpp"

namespace liftlock::hazard {
namespace {

std::string name_of(std::string_view id) {
  std::string name(id);
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string all_said(const Finding& finding) {
  return finding.title + "\n" + finding.meaning + "\n" + finding.solution;
}

TEST(HazardChecks, every_one_has_a_case) {
  std::multiset<std::string_view> cases;
  for (const DataCase& one : data_cases()) cases.insert(one.id);
  for (const SituationCase& one : situation_cases()) cases.insert(one.id);
  std::multiset<std::string_view> checks;
  for (const Check* check : all_checks()) checks.insert(check->id());
  EXPECT_EQ(cases, checks) << "a check without a case in data_cases.cpp or situation_cases.cpp, or the other way round";
}

class DataChecks : public ::testing::TestWithParam<DataCase> {};

TEST_P(DataChecks, finds_what_is_there) {
  const DataCase& one = GetParam();
  World world(one.at, one.sick);
  const Findings found = ask(one.id, world.change_to(one.to));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().id, one.id);
  EXPECT_EQ(found.front().severity, one.severity);
  EXPECT_EQ(found.front().count, one.count);
  EXPECT_EQ(found.front().examples, one.examples);
  EXPECT_THAT(all_said(found.front()), ::testing::HasSubstr(std::string(one.says)));
}

TEST_P(DataChecks, finds_nothing_in_data_that_only_looks_alike) {
  const DataCase& one = GetParam();
  World world(one.at, one.healthy);
  EXPECT_THAT(ask(one.id, world.change_to(one.to)), ::testing::IsEmpty());
}

TEST_P(DataChecks, says_nothing_of_a_change_that_it_does_not_befall) {
  const DataCase& one = GetParam();
  World world(one.at, one.sick);
  if (!one.harmless.empty()) {
    EXPECT_THAT(ask(one.id, world.change_to(one.harmless)), ::testing::IsEmpty());
  }
  Situation& back = world.change_to(one.to);
  back.way = Way::down;
  back.path = {};
  EXPECT_THAT(ask(one.id, back), ::testing::IsEmpty()) << "going back by a snapshot reads no row";
}

INSTANTIATE_TEST_SUITE_P(Hazard, DataChecks, ::testing::ValuesIn(data_cases()),
                         [](const auto& one) { return name_of(one.param.id); });

class SituationChecks : public ::testing::TestWithParam<SituationCase> {
 protected:
  static Findings found_in(const Setting& setting, std::string_view id) {
    World world(setting.at);
    Situation& situation = world.change_to(setting.to);
    if (setting.more != nullptr) setting.more(world, situation);
    return ask(id, situation);
  }
};

TEST_P(SituationChecks, sees_what_is_there) {
  const SituationCase& one = GetParam();
  const Findings found = found_in(one.sick, one.id);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().id, one.id);
  EXPECT_EQ(found.front().severity, one.severity);
  EXPECT_EQ(found.front().count, one.count);
  EXPECT_THAT(all_said(found.front()), ::testing::HasSubstr(std::string(one.says)));
  EXPECT_THAT(all_said(found.front()), ::testing::Not(::testing::ContainsRegex("[{][a-z]+[}]"))) << "a blank is left";
}

TEST_P(SituationChecks, says_nothing_elsewhere) {
  const SituationCase& one = GetParam();
  for (const Setting& setting : one.healthy) {
    EXPECT_THAT(found_in(setting, one.id), ::testing::IsEmpty()) << "from " << setting.at << " to " << setting.to;
  }
}

INSTANTIATE_TEST_SUITE_P(Hazard, SituationChecks, ::testing::ValuesIn(situation_cases()),
                         [](const auto& one) { return name_of(one.param.id); });

// A tag without a name keeps its id, where the others get theirs from their names.
TEST(HazardChecks, tags_without_names_can_stand_in_the_way_of_others) {
  const std::string tags = loosen("tag") + "INSERT INTO tag (id, name, user_id) VALUES ";
  World clash("ca81bd47c050", tags + "('work', NULL, 'u'), ('1', 'Work', 'u')");
  EXPECT_EQ(ask("repeated-key", clash.change_to("0.3.33")).size(), 1U);
  EXPECT_TRUE(ask("repeated-key", clash.change_to("0.3.31")).empty());
  World merged("ca81bd47c050", tags + "('1', 'Work', 'u'), ('1', 'work', 'u'), ('work', NULL, 'v')");
  EXPECT_TRUE(ask("repeated-key", merged.change_to("0.3.33")).empty());
}

TEST(HazardChecks, the_gravest_stands_first) {
  World world("d31026856c01");
  Situation& situation = world.change_to("0.12.4");
  situation.secret_found = false;
  situation.disks.front().needed = situation.disks.front().free + 1;
  const Findings found = testing::need(find_hazards(situation, all_checks()));
  ASSERT_GE(found.size(), 2U);
  EXPECT_EQ(found.front().id, "disk-space");
  EXPECT_TRUE(std::ranges::is_sorted(found, std::greater{}, &Finding::severity));
}

}  // namespace
}  // namespace liftlock::hazard
