#include <sys/stat.h>
#include <unistd.h>

#include "snapshot/world.hpp"

namespace liftlock::snapshot {
namespace {

class RestoreTest : public World {
 protected:
  Restored restored(const Snapshot& snapshot) {
    clock.now += 3600;
    auto result = restore(snapshot, origin_of(snapshot), clock, progress);
    EXPECT_TRUE(result) << why(result);
    return result ? *std::move(result) : Restored{};
  }

  /// The data directory without what Liftlock put aside in it.
  [[nodiscard]] std::map<std::string, std::string> without_aside() const {
    auto all = tree(data());
    std::erase_if(all, [](const auto& entry) { return entry.first.starts_with(".liftlock-"); });
    return all;
  }
};

TEST_F(RestoreTest, TouchesNothingThatIsEqual) {
  const Snapshot snapshot = taken();
  const auto before = tree(data());
  const auto inode = file::facts(data() / "webui.db")->identity;
  const Restored result = restored(snapshot);
  EXPECT_FALSE(result.database_replaced);
  EXPECT_EQ(result.files_written, 0);
  EXPECT_EQ(result.files_untouched, 3);
  EXPECT_TRUE(result.aside.empty());
  EXPECT_EQ(tree(data()), before);
  EXPECT_EQ(file::facts(data() / "webui.db")->identity, inode);
}

TEST_F(RestoreTest, BringsBackEverythingAndLosesNothing) {
  put("uploads/line\nbreak\xff", "odd");
  put("script.sh", "#!/bin/sh");
  ASSERT_EQ(::chmod((data() / "script.sh").c_str(), 0750), 0);
  ASSERT_EQ(::symlink("uploads", (data() / "link").c_str()), 0);
  const auto before = tree(data());
  const Snapshot snapshot = taken();

  put("uploads/a.txt", "changed later");
  put("uploads/new.txt", "made later");
  std::filesystem::create_directories(data() / "later/deep");
  put("later/deep/file", "x");
  std::filesystem::remove(data() / "link");
  put("link", "a file now");
  std::filesystem::remove_all(data() / "empty");
  std::filesystem::remove_all(data() / "vector_db");
  ASSERT_EQ(::chmod((data() / "script.sh").c_str(), 0600), 0);
  run(data() / "webui.db", "DELETE FROM chat; INSERT INTO user VALUES('later')");

  const Restored result = restored(snapshot);
  EXPECT_TRUE(result.database_replaced);
  const auto after = without_aside();
  EXPECT_EQ(after.size(), before.size());
  for (const auto& [path, what] : before) {
    if (path == "webui.db") continue;  // the same bytes; its time is new
    EXPECT_EQ(after.contains(path) ? after.at(path) : "missing", what) << path;
  }
  EXPECT_EQ(rows(data() / "webui.db", "chat"), 300);
  // Nothing of what came later is gone.
  EXPECT_EQ(file::read(result.aside / "uploads/a.txt").value(), "changed later");
  EXPECT_EQ(file::read(result.aside / "uploads/new.txt").value(), "made later");
  EXPECT_EQ(file::read(result.aside / "later/deep/file").value(), "x");
  EXPECT_EQ(file::read(result.aside / "link").value(), "a file now");
  EXPECT_EQ(rows(result.aside / "webui.db", "user"), 3);
  EXPECT_FALSE(file::exists(data() / ".liftlock-restoring"));
  EXPECT_EQ(restored(snapshot).files_written, 0) << "a second restore finds nothing to do";
}

TEST_F(RestoreTest, PutsTheWalAsideWithTheDatabaseThatItBelongsTo) {
  const Snapshot snapshot = taken();
  run(data() / "webui.db", "PRAGMA journal_mode=WAL");
  {
    auto writer = database::Connection::open(data() / "webui.db", database::OpenMode::read_write).value();
    ASSERT_TRUE(writer.execute("PRAGMA wal_autocheckpoint=0; INSERT INTO user VALUES('in the wal')"));
    // As a crash leaves them: a database and a -wal that nobody has merged.
    std::filesystem::copy_file(data() / "webui.db", data() / "uploads/copy");
    std::filesystem::copy_file(data() / "webui.db-wal", data() / "uploads/copy-wal");
  }
  std::filesystem::rename(data() / "uploads/copy", data() / "webui.db");
  std::filesystem::rename(data() / "uploads/copy-wal", data() / "webui.db-wal");
  const Restored result = restored(snapshot);
  EXPECT_FALSE(file::exists(data() / "webui.db-wal"));
  EXPECT_EQ(rows(data() / "webui.db", "user"), 2);
  EXPECT_EQ(rows(result.aside / "webui.db", "user"), 3) << "the row in the -wal was lost";
}

TEST_F(RestoreTest, OfADamagedSnapshotChangesNothing) {
  const Snapshot snapshot = taken();
  put("uploads/a.txt", "changed later");
  run(data() / "webui.db", "DELETE FROM chat");
  std::string bytes = file::read(snapshot.folder / "data.tar.zst").value();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  std::ofstream(snapshot.folder / "data.tar.zst", std::ios::binary | std::ios::trunc) << bytes;
  const auto before = tree(data());
  const auto result = restore(snapshot, origin_of(snapshot), clock, progress);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "snapshot-damaged");
  EXPECT_EQ(result.error().state, "Nothing was changed.");
  auto after = tree(data());
  EXPECT_EQ(after, before);
}

TEST_F(RestoreTest, IntoADirectoryThatIsGone) {
  const Snapshot snapshot = taken();
  const auto before = tree(data());
  std::filesystem::remove_all(data());
  const Restored result = restored(snapshot);
  EXPECT_TRUE(result.database_replaced);
  EXPECT_EQ(result.files_written, 3);
  EXPECT_EQ(without_aside().size(), before.size());
  EXPECT_EQ(rows(data() / "webui.db", "chat"), 300);
}

TEST_F(RestoreTest, OfAnUpdatedSnapshot) {
  const Snapshot first = taken();
  put("uploads/a.txt", "second");
  std::filesystem::remove(data() / "uploads/big.bin");
  clock.now += 60;
  const auto second = update(first, source(), clock, progress);
  ASSERT_TRUE(second) << why(second);
  put("uploads/a.txt", "third");
  put("uploads/big.bin", "back");
  restored(second->snapshot);
  EXPECT_EQ(file::read(data() / "uploads/a.txt").value(), "second");
  EXPECT_FALSE(file::exists(data() / "uploads/big.bin"));
}

TEST_F(RestoreTest, PutsTheSecretKeyBack) {
  Source with_key = source();
  with_key.secret_file = folder / ".webui_secret_key";
  ASSERT_TRUE(file::write_durably(*with_key.secret_file, "s3cret"));
  const auto snapshot = take(with_key, store(), clock, progress);
  ASSERT_TRUE(snapshot) << why(snapshot);
  ASSERT_TRUE(file::write_durably(*with_key.secret_file, "another"));
  restored(*snapshot);
  EXPECT_EQ(file::read(*with_key.secret_file).value(), "s3cret");
}

TEST_F(RestoreTest, CompareSaysWhatDiffersAndChangesNothing) {
  const Snapshot snapshot = taken();
  put("uploads/a.txt", "changed");
  put("uploads/new.txt", "new");
  const auto before = tree(data());
  const auto difference = compare(snapshot, origin_of(snapshot), progress);
  ASSERT_TRUE(difference) << why(difference);
  EXPECT_FALSE(difference->database);
  EXPECT_EQ(difference->files, (std::vector<std::string>{"uploads/a.txt", "uploads/new.txt"}));
  EXPECT_EQ(tree(data()), before);
}

}  // namespace
}  // namespace liftlock::snapshot
