#include <sys/stat.h>

#include "snapshot/world.hpp"

namespace liftlock::snapshot {
namespace {

class Update : public World {
 protected:
  Updated updated(const Snapshot& earlier) {
    clock.now += 60;
    auto result = update(earlier, source(), clock, progress);
    EXPECT_TRUE(result) << why(result);
    return std::move(result).value();
  }

  /// The file times of a moment ago are not trusted; the tests' files are made to be older.
  void let_time_pass() const {
    for (const file::Entry& entry : file::walk(data()).value_or(std::vector<file::Entry>{})) {
      if (entry.type != file::EntryType::regular) continue;
      const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
      std::filesystem::last_write_time(data() / entry.path, old);
    }
  }
};

TEST_F(Update, OfWhatDidNotChangeIsTheEarlierOne) {
  let_time_pass();
  const Snapshot first = taken();
  const Updated result = updated(first);
  EXPECT_FALSE(result.changed);
  EXPECT_EQ(result.snapshot.folder, first.folder);
}

TEST_F(Update, CopiesOnlyWhatChangedAndIsCompleteByItself) {
  let_time_pass();
  const Snapshot first = taken();
  put("uploads/new.txt", "new");
  put("uploads/a.txt", "other content");
  std::filesystem::remove(data() / "uploads/big.bin");
  const Updated result = updated(first);
  EXPECT_TRUE(result.changed);
  EXPECT_FALSE(result.database_changed);
  EXPECT_EQ(result.files_changed, 4) << "new, changed, removed, and their folder's time";
  EXPECT_EQ(file::facts(first.folder / "database.sqlite.zst")->identity,
            file::facts(result.snapshot.folder / "database.sqlite.zst")->identity)
      << "the database was copied again";
  EXPECT_EQ(result.snapshot.manifest.removed, std::vector<std::string>{"uploads/big.bin"});
  EXPECT_EQ(result.snapshot.manifest.archives.size(), 2U);
  EXPECT_LT(result.snapshot.manifest.archives[1].bytes, 5000U);

  ASSERT_TRUE(snapshot::remove(first.folder));
  const auto proof = proven(result.snapshot);
  ASSERT_TRUE(proof) << why(proof);
  const std::string text = file::read(result.snapshot.folder / "RESTORE.txt").value();
  EXPECT_NE(text.find("data-2.tar.zst"), std::string::npos);
  EXPECT_NE(text.find("rm -rf -- \"$NEW\"/uploads/big.bin"), std::string::npos);
}

TEST_F(Update, CopiesTheDatabaseWhenARowWasWritten) {
  let_time_pass();
  const Snapshot first = taken();
  run(data() / "webui.db", "INSERT INTO user VALUES('u3')");
  const Updated result = updated(first);
  EXPECT_TRUE(result.database_changed);
  EXPECT_EQ(result.snapshot.manifest.database.rows[2].second, 3);
  const auto proof = proven(result.snapshot);
  EXPECT_TRUE(proof) << why(proof);
}

TEST_F(Update, SeesARowThatIsOnlyInTheWal) {
  run(data() / "webui.db", "PRAGMA journal_mode=WAL");
  let_time_pass();
  const Snapshot first = taken();
  auto writer = database::Connection::open(data() / "webui.db", database::OpenMode::read_write).value();
  ASSERT_TRUE(writer.execute("INSERT INTO user VALUES('u3')"));
  const Updated result = updated(first);
  EXPECT_TRUE(result.database_changed);
  EXPECT_EQ(result.snapshot.manifest.database.rows[2].second, 3);
}

TEST_F(Update, SeesAChangeOfEqualSizeAndTime) {
  let_time_pass();
  const auto time = std::filesystem::last_write_time(data() / "uploads/a.txt");
  const Snapshot first = taken();
  put("uploads/a.txt", "FIRST upload");
  std::filesystem::last_write_time(data() / "uploads/a.txt", time);
  const Updated result = updated(first);
  EXPECT_EQ(result.files_changed, 1);
  EXPECT_EQ(part(result.snapshot.manifest, "uploads/a.txt")->sha256, file::sha256_of("FIRST upload"));
}

TEST_F(Update, OfAnUpdateStacksArchivesAndForgetsRemovals) {
  let_time_pass();
  const Snapshot first = taken();
  std::filesystem::remove(data() / "uploads/a.txt");
  const Snapshot second = updated(first).snapshot;
  put("uploads/a.txt", "back again");
  const Snapshot third = updated(second).snapshot;
  EXPECT_EQ(third.manifest.archives.size(), 3U);
  EXPECT_TRUE(third.manifest.removed.empty());
  for (const Snapshot& one : {first, second, third}) {
    const auto proof = proven(one);
    EXPECT_TRUE(proof) << one.name() << ' ' << why(proof);
  }
}

TEST_F(Update, NoticesAnotherMode) {
  let_time_pass();
  const Snapshot first = taken();
  ASSERT_EQ(::chmod((data() / "uploads/a.txt").c_str(), 0600), 0);
  const Updated result = updated(first);
  EXPECT_EQ(part(result.snapshot.manifest, "uploads/a.txt")->mode, 0600U);
  EXPECT_TRUE(proven(result.snapshot));
}

}  // namespace
}  // namespace liftlock::snapshot
