#include "snapshot/faults.hpp"

namespace liftlock::snapshot {
namespace {

/// A snapshot, and data that has changed since: a row, a new file, another content and a file that is gone.
class UpdateFaults : public FaultWorld {
 protected:
  Snapshot snapshot_and_changes() {
    for (const file::Entry& entry : file::walk(data()).value_or(std::vector<file::Entry>{})) {
      if (entry.type != file::EntryType::regular) continue;
      const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
      std::filesystem::last_write_time(data() / entry.path, old);
    }
    Snapshot first = taken();
    run(data() / "webui.db", "INSERT INTO user VALUES('u3')");
    put("uploads/new.txt", "new");
    put("uploads/a.txt", "other content");
    std::filesystem::remove(data() / "uploads/big.bin");
    return first;
  }

  /// Back to one snapshot in the store.
  void keep_only(const Snapshot& first) const {
    for (const auto& entry : std::filesystem::directory_iterator(store())) {
      if (entry.path() != first.folder) std::filesystem::remove_all(entry.path());
    }
  }

  /// The store after a trial: the first snapshot as it was, and at most a second one, which is whole and new.
  void expect_whole(const Snapshot& first, const std::map<std::string, std::string>& before) {
    EXPECT_EQ(tree(first.folder), before) << "the earlier snapshot was touched";
    const auto listed = list(store());
    ASSERT_TRUE(listed) << why(listed);
    ASSERT_GE(listed->size(), 1U);
    ASSERT_LE(listed->size(), 2U);
    for (const Listed& one : *listed) {
      ASSERT_TRUE(one.snapshot) << one.folder << ' ' << why(one.snapshot);
      if (one.folder == first.folder) continue;
      const auto proof = proven(*one.snapshot);
      ASSERT_TRUE(proof) << why(proof);
      EXPECT_EQ(one.snapshot->manifest.database.rows[2].second, 3);
      EXPECT_EQ(part(one.snapshot->manifest, "uploads/a.txt")->sha256, file::sha256_of("other content"));
    }
  }

  /// How many fault points there are to stop at.
  int points_of_an_update(const Snapshot& first) const {
    trial("UpdateFaults.DISABLED_Update", "count:" + (folder / "points").string(), folder.path());
    keep_only(first);
    const std::string points = file::read(folder / "points").value_or("");
    return static_cast<int>(std::ranges::count(points, '\n'));
  }
};

TEST_F(UpdateFaults, DISABLED_Update) {
  clock.now += 60;
  const auto first = find(place() / "store", "latest");
  ASSERT_TRUE(first) << why(first);
  const auto updated = update(*first, source_of(place()), clock, progress);
  if (updated) {
    EXPECT_TRUE(updated->changed);
    std::ofstream(place() / "finished") << "x";
    return;
  }
  EXPECT_EQ(updated.error().id, disk_is_full() ? "snapshot-no-space" : "file-error") << why(updated);
  EXPECT_FALSE(updated.error().state.empty());
  EXPECT_EQ(hidden_in(place() / "store"), std::vector<std::string>{});
}

TEST_F(UpdateFaults, AnOperationThatFailsAtAnyPointLeavesTheEarlierSnapshotAndTheDataAsTheyWere) {
  const Snapshot first = snapshot_and_changes();
  const auto before = tree(first.folder);
  const auto data_before = tree(data());
  const int points = points_of_an_update(first);
  int failed = 0;
  int tried = 0;
  for (const auto& [action, every] : {std::pair{"fail", 1}, std::pair{"no-space", 4}}) {
    for (int point = 1; point <= points; point += every, ++tried) {
      keep_only(first);
      std::filesystem::remove(folder / "finished");
      const std::string trap = std::string(action) + '@' + std::to_string(point);
      SCOPED_TRACE(trap);
      ASSERT_EQ(trial("UpdateFaults.DISABLED_Update", trap, folder.path()), 0);
      expect_whole(first, before);
      if (HasFatalFailure()) return;
      failed += file::exists(folder / "finished") ? 0 : 1;
    }
    EXPECT_EQ(tree(data()), data_before) << action;
  }
  EXPECT_GT(failed, tried / 2) << "of " << tried << "; where a link fails, a copy will do";
}

TEST_F(UpdateFaults, AKillAtAnyPointLeavesTheEarlierSnapshotAndAnUpdateThatIsWholeOrNotThere) {
  const Snapshot first = snapshot_and_changes();
  const auto before = tree(first.folder);
  const auto data_before = tree(data());
  const int points = points_of_an_update(first);
  EXPECT_GT(points, 10);
  for (int point = 1; point <= points; ++point) {
    keep_only(first);
    const std::string trap = "kill@" + std::to_string(point);
    SCOPED_TRACE(trap);
    const int status = trial("UpdateFaults.DISABLED_Update", trap, folder.path());
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    expect_whole(first, before);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(remove_leftovers(store()));
    ASSERT_EQ(hidden_in(store()), std::vector<std::string>{});
  }
  EXPECT_EQ(tree(data()), data_before);
}

}  // namespace
}  // namespace liftlock::snapshot
