#include "release/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "migration/openwebui/chain.hpp"

namespace liftlock::release {
namespace {

migration::DatabaseState state_at(std::string revision, int peewee_migrations = 18) {
  migration::DatabaseState state;
  state.lineage = migration::Lineage::peewee;
  state.peewee_migrations = peewee_migrations;
  state.revision = std::move(revision);
  return state;
}

TEST(Catalogue, HoldsEveryReleaseOnceAndInOrder) {
  EXPECT_EQ(releases().size(), 171U);
  EXPECT_EQ(std::ranges::adjacent_find(releases(), std::ranges::greater_equal{}, &Release::version), releases().end());
  EXPECT_EQ(to_string(latest().version), "0.12.4");
  EXPECT_EQ(latest().head.revision, "0bd252b206fb");
}

TEST(Catalogue, NamesOnlyRevisionsOfTheChainAndNeverGoesBack) {
  const auto chain = migration::openwebui::alembic_revisions();
  std::ptrdiff_t previous = -1;
  for (const Release& release : releases()) {
    if (release.head.revision.empty()) continue;
    const auto found = std::ranges::find(chain, release.head.revision, [](const auto* known) { return known->id; });
    ASSERT_NE(found, chain.end()) << to_string(release.version) << " has the head " << release.head.revision;
    EXPECT_GE(found - chain.begin(), previous) << to_string(release.version);
    previous = found - chain.begin();
  }
  EXPECT_EQ(previous + 1, static_cast<std::ptrdiff_t>(chain.size()));
}

TEST(Catalogue, FindsWhatSomebodyTypes) {
  ASSERT_NE(find("v0.3.35"), nullptr);
  EXPECT_EQ(find("v0.3.35")->head.peewee_migrations, 18);
  EXPECT_EQ(find("0.1.124")->head.peewee_migrations, 7);
  EXPECT_EQ(find("0.1.124")->head.revision, "");
  EXPECT_EQ(find("0.9.6")->head.peewee_migrations, 0);
  EXPECT_EQ(find("latest"), &latest());
  EXPECT_EQ(find("0.9.7"), nullptr);
  EXPECT_EQ(find("newest"), nullptr);
  EXPECT_NE(find("0.3.33.dev1"), nullptr);
}

TEST(Catalogue, SaysWhichReleasesLeaveADatabaseInAState) {
  EXPECT_EQ(describe_origin(state_at("0bd252b206fb")), "0.12.1 … 0.12.4");
  EXPECT_EQ(describe_origin(state_at("461111b60977")), "0.9.6");
  EXPECT_EQ(describe_origin(state_at("", 8)), "0.1.125");
  EXPECT_EQ(releases_of(state_at("", 18)).size(), 2U);
  EXPECT_EQ(describe_origin(state_at("8452d01d26d7")), "between 0.7.2 and 0.8.0");
  EXPECT_EQ(describe_origin(state_at("", 3)), "before 0.1.124");
  EXPECT_EQ(describe_origin(state_at("ffffffffffff")), "");
  EXPECT_EQ(describe_origin(state_at("6a39f3d8e55c")), "0.3.31 … 0.3.32");
  EXPECT_EQ(describe_origin({}), "");
}

TEST(Catalogue, SaysWhichWayADatabaseGoes) {
  const auto head = [](const char* version) { return find(version)->head; };
  EXPECT_EQ(direction(head("0.6.18"), head("0.12.4")), 1);
  EXPECT_EQ(direction(head("0.12.4"), head("0.3.35")), -1);
  EXPECT_EQ(direction(head("0.12.4"), head("0.12.4")), 0);
  EXPECT_EQ(direction(head("0.3.35"), {.peewee_migrations = 18, .revision = "unheard"}), std::nullopt);
}

TEST(Catalogue, KnowsTheNeighboursOfAnyVersion) {
  EXPECT_EQ(to_string(next_after({{0, 9, 6}})->version), "0.10.0");
  EXPECT_EQ(to_string(last_before({{0, 9, 7}})->version), "0.9.6");
  EXPECT_EQ(next_after({{0, 12, 4}}), nullptr);
  EXPECT_EQ(last_before({{0, 1, 124}}), nullptr);
}

TEST(Catalogue, SuggestsWhatWasMeant) {
  EXPECT_EQ(near_matches("0.9.7"), (std::vector<std::string>{"0.9.6", "0.10.0", "0.9.5"}));
  EXPECT_EQ(near_matches("0.12"), (std::vector<std::string>{"0.12.4", "0.12.3", "0.12.2"}));
  EXPECT_EQ(near_matches("v0.12.5").front(), "0.12.4");
  EXPECT_EQ(near_matches("0,12.4").front(), "0.12.4");
  EXPECT_EQ(near_matches("nonsense"), std::vector<std::string>{"0.12.4"});
  EXPECT_EQ(near_matches("").front(), "0.12.4");
}

}  // namespace
}  // namespace liftlock::release
