#include "snapshot/world.hpp"

namespace liftlock::snapshot {
namespace {

class Store : public World {
 protected:
  static constexpr std::int64_t day = 86'400;

  Snapshot taken_after(std::int64_t seconds) {
    clock.now += seconds;
    return taken();
  }
};

TEST_F(Store, ListsOldestFirstAndNamesDamagedOnes) {
  EXPECT_TRUE(list(store())->empty()) << "an absent store has no snapshots";
  const Snapshot first = taken();
  const Snapshot second = taken_after(day);
  std::ofstream(first.folder / "manifest.json") << "{";
  const auto listed = list(store());
  ASSERT_TRUE(listed) << why(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].snapshot.error().id, "snapshot-manifest-damaged");
  EXPECT_EQ((*listed)[1].snapshot->name(), second.name());
}

TEST_F(Store, FindsByNameByStampAndLatest) {
  const Snapshot first = taken();
  const Snapshot second = taken_after(day);
  EXPECT_EQ(find(store(), first.name())->name(), first.name());
  EXPECT_EQ(find(store(), "20261121-110000")->name(), first.name());
  EXPECT_EQ(find(store(), "latest")->name(), second.name());
  const auto unknown = find(store(), "backup-2020");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
  EXPECT_NE(unknown.error().next.find(first.name()), std::string::npos);
}

TEST_F(Store, PrunesWhatIsOldButNeverTheLastThePinnedOrTheDamaged) {
  const Snapshot old = taken();
  const Snapshot pinned = taken_after(60);
  const Snapshot damaged = taken_after(60);
  const Snapshot last = taken_after(60);
  ASSERT_TRUE(pin(pinned.folder));
  std::ofstream(damaged.folder / "manifest.json") << "{";
  clock.now += 30 * day;
  EXPECT_EQ(prune(store(), {}, clock, true).value(), std::vector<std::string>{old.name()});
  EXPECT_TRUE(file::exists(old.folder)) << "only said";
  EXPECT_EQ(prune(store(), {}, clock).value(), std::vector<std::string>{old.name()});
  EXPECT_FALSE(file::exists(old.folder));
  for (const Snapshot& kept : {pinned, damaged, last}) EXPECT_TRUE(file::exists(kept.folder)) << kept.name();
  ASSERT_TRUE(unpin(pinned.folder));
  EXPECT_EQ(prune(store(), {}, clock).value(), std::vector<std::string>{pinned.name()});
}

TEST_F(Store, KeepsSevenDaysAfterTheChangeWasSettledAndWhatIsStillNeeded) {
  const Snapshot first = taken();
  taken_after(60);
  PrunePolicy policy;
  std::optional<std::int64_t> settled;
  policy.free_since = [&](const std::string&) { return settled; };
  clock.now += 100 * day;
  EXPECT_TRUE(prune(store(), policy, clock)->empty()) << "an unsettled change needs it";
  settled = clock.now;
  clock.now += 7 * day - 1;
  EXPECT_TRUE(prune(store(), policy, clock)->empty());
  clock.now += 1;
  EXPECT_EQ(prune(store(), policy, clock).value(), std::vector<std::string>{first.name()});
}

TEST_F(Store, PrunesNothingWhenTheClockWasSetBack) {
  taken();
  taken_after(60);
  clock.now -= 1000 * day;
  EXPECT_TRUE(prune(store(), {}, clock)->empty());
}

}  // namespace
}  // namespace liftlock::snapshot
