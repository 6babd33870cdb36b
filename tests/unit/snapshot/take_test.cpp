#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "snapshot/world.hpp"

namespace liftlock::snapshot {
namespace {

class Take : public World {};

TEST_F(Take, IsCompletePrivateAndProven) {
  const Snapshot snapshot = taken();
  EXPECT_EQ(snapshot.name(), "backup-20261121-110000");
  EXPECT_EQ(file::facts(snapshot.folder)->mode, 0700U);
  for (const char* name : {"manifest.json", "deployment.json", "database.sqlite.zst", "data.tar.zst", "RESTORE.txt"}) {
    const auto facts = file::facts(snapshot.folder / name);
    ASSERT_TRUE(facts) << name;
    EXPECT_EQ(facts->mode, 0600U) << name;
  }
  const auto proof = proven(snapshot);
  ASSERT_TRUE(proof) << why(proof);
  EXPECT_TRUE(proof->integrity.empty());
  EXPECT_EQ(proof->files, 3);
  EXPECT_EQ(file::walk(store())->size(), 6U) << "scratch was left behind";
}

TEST_F(Take, CountsRowsAndPages) {
  const Manifest manifest = taken().manifest;
  const std::vector<std::pair<std::string, std::int64_t>> rows = {{"chat", 300}, {"odd \"name", 0}, {"user", 2}};
  EXPECT_EQ(manifest.database.rows, rows);
  EXPECT_EQ(manifest.database.in_data, "webui.db");
  EXPECT_EQ(manifest.database.page_count * manifest.database.page_size, manifest.database.bytes);
  EXPECT_EQ(manifest.database.sha256, file::sha256(data() / "webui.db").value());
}

TEST_F(Take, HoldsPagesThatAreOnlyInALiveWal) {
  run(data() / "webui.db", "PRAGMA journal_mode=WAL");
  auto writer = database::Connection::open(data() / "webui.db", database::OpenMode::read_write).value();
  ASSERT_TRUE(writer.execute("PRAGMA wal_autocheckpoint=0; INSERT INTO user VALUES('only in the wal')"));
  ASSERT_GT(file::facts(data() / "webui.db-wal")->size, 0);
  // A transaction that is not committed must not be in it, nor hinder it.
  ASSERT_TRUE(writer.execute("BEGIN IMMEDIATE; INSERT INTO user VALUES('not committed')"));

  const Snapshot snapshot = taken();
  const testing::TemporaryDirectory scratch;
  const auto proof = prove(snapshot, scratch.path(), clock, progress);
  ASSERT_TRUE(proof) << why(proof);
  EXPECT_EQ(rows(proof->database, "user"), 3);
  EXPECT_EQ(part(snapshot.manifest, "webui.db-wal"), nullptr);
  EXPECT_EQ(part(snapshot.manifest, "webui.db-shm"), nullptr);
  ASSERT_TRUE(writer.execute("COMMIT"));
}

TEST_F(Take, OfAnIdleWalDatabaseLeavesNoFilesBesideIt) {
  run(data() / "webui.db", "PRAGMA journal_mode=WAL");
  const auto before = tree(data());
  const Snapshot snapshot = taken();
  EXPECT_TRUE(proven(snapshot));
  EXPECT_EQ(tree(data()), before);
}

TEST_F(Take, MergesTheWalOfTheVectorStore) {
  run(data() / "vector_db/chroma.sqlite3", "PRAGMA journal_mode=WAL");
  auto writer = database::Connection::open(data() / "vector_db/chroma.sqlite3", database::OpenMode::read_write).value();
  ASSERT_TRUE(writer.execute("INSERT INTO user VALUES('only in the wal')"));
  const Snapshot snapshot = taken();
  EXPECT_TRUE(part(snapshot.manifest, "vector_db/chroma.sqlite3")->sqlite);
  EXPECT_EQ(part(snapshot.manifest, "vector_db/chroma.sqlite3-wal"), nullptr);
  const auto proof = proven(snapshot);
  ASSERT_TRUE(proof) << why(proof);
}

TEST_F(Take, KeepsOddNamesKindsModesAndTimes) {
  const std::vector<std::string> names = {"a b", "it's \"quoted\"", "line\nbreak",        "bad\xff\xfeutf8", "größe",
                                          "-rf", "back\\slash",     std::string(200, 'n')};
  for (const std::string& name : names) put("uploads/" + name, name);
  ASSERT_EQ(::chmod((data() / "uploads/a b").c_str(), 0604), 0);
  ASSERT_EQ(::symlink("nowhere", (data() / "dangling").c_str()), 0);
  ASSERT_EQ(::mkfifo((data() / "fifo").c_str(), 0600), 0);

  const Snapshot snapshot = taken();
  for (const std::string& name : names) {
    const FilePart* found = part(snapshot.manifest, "uploads/" + name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->sha256, file::sha256_of(name)) << name;
  }
  EXPECT_EQ(part(snapshot.manifest, "uploads/a b")->mode, 0604U);
  EXPECT_EQ(part(snapshot.manifest, "dangling")->link_target, "nowhere");
  EXPECT_EQ(part(snapshot.manifest, "fifo")->type, file::EntryType::fifo);
  EXPECT_EQ(snapshot.manifest.notes.size(), 1U);
  const auto reopened = open(snapshot.folder);
  ASSERT_TRUE(reopened) << why(reopened);
  EXPECT_EQ(to_text(reopened->manifest), to_text(snapshot.manifest));
  const auto proof = proven(*reopened);
  ASSERT_TRUE(proof) << why(proof);
}

TEST_F(Take, CanBeRestoredByHandWithPlainTools) {
  put("uploads/line\nbreak", "x");
  put("uploads/bad\xff", "y");
  ASSERT_EQ(::symlink("uploads", (data() / "link").c_str()), 0);
  const auto before = tree(data());
  const Snapshot snapshot = taken();
  const auto by_hand = folder / "by hand";
  const std::string to = "'" + by_hand.string() + "'";
  const std::string command = "mkdir " + to + " && cd '" + snapshot.folder.string() +
                              "' && zstd -dc data.tar.zst | tar -x -p -C " + to +
                              " 2>/dev/null && zstd -dq database.sqlite.zst -o " + to + "/webui.db";
  if (std::system("zstd --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no zstd program";
  ASSERT_EQ(std::system(command.c_str()), 0);
  auto after = tree(by_hand);
  EXPECT_EQ(file::sha256(by_hand / "webui.db").value(), file::sha256(data() / "webui.db").value());
  after["webui.db"] = before.at("webui.db");  // its time and mode are RESTORE.txt's business
  EXPECT_EQ(after, before);
  const std::string text = file::read(snapshot.folder / "RESTORE.txt").value();
  EXPECT_NE(text.find(snapshot.manifest.database.sha256), std::string::npos);
}

TEST_F(Take, KnowsADatabaseBehindALinkAndOutside) {
  std::filesystem::create_directories(folder / "elsewhere");
  std::filesystem::rename(data() / "webui.db", folder / "elsewhere/real.db");
  std::filesystem::create_symlink("../elsewhere/real.db", data() / "webui.db");
  const Snapshot snapshot = taken();
  EXPECT_EQ(snapshot.manifest.database.path, folder / "elsewhere/real.db");
  EXPECT_EQ(snapshot.manifest.database.in_data, "");
  EXPECT_EQ(part(snapshot.manifest, "webui.db")->type, file::EntryType::symlink);
  EXPECT_TRUE(proven(snapshot));
}

TEST_F(Take, BringsTheSecretKeyAlong) {
  Source with_key = source();
  with_key.secret_file = folder / ".webui_secret_key";
  ASSERT_TRUE(file::write_durably(*with_key.secret_file, "s3cret"));
  const auto snapshot = take(with_key, store(), clock, progress);
  ASSERT_TRUE(snapshot) << why(snapshot);
  EXPECT_EQ(file::read(snapshot->folder / "secret-key").value(), "s3cret");
  EXPECT_EQ(file::read(snapshot->folder / "manifest.json")->find("s3cret"), std::string::npos);
}

TEST_F(Take, LeavesOutWhatIsNotTheDeploymentsOwn) {
  put("webui.db.liftlock-new", "half a database");
  put("mine.txt", "x");
  Source without = source();
  without.leave_out = {data() / "mine.txt"};
  const auto snapshot = take(without, data() / "state", clock, progress);  // a store inside the data directory
  ASSERT_TRUE(snapshot) << why(snapshot);
  EXPECT_EQ(part(snapshot->manifest, "webui.db.liftlock-new"), nullptr);
  EXPECT_EQ(part(snapshot->manifest, "mine.txt"), nullptr);
  EXPECT_EQ(part(snapshot->manifest, "state"), nullptr);
}

TEST_F(Take, StoresWhatOnlyLooksLikeADatabase) {
  put("uploads/fake.sqlite", std::string("SQLite format 3\0", 16) + std::string(5000, '\x7f'));
  const Snapshot snapshot = taken();
  const FilePart* fake = part(snapshot.manifest, "uploads/fake.sqlite");
  EXPECT_FALSE(fake->sqlite);
  EXPECT_EQ(fake->bytes, 5016U);
  EXPECT_EQ(snapshot.manifest.notes.size(), 1U);
  EXPECT_TRUE(proven(snapshot));
}

TEST_F(Take, OfAnEmptyDatabaseFile) {
  std::filesystem::remove(data() / "webui.db");
  put("webui.db", "");
  const Snapshot snapshot = taken();
  const auto proof = proven(snapshot);
  ASSERT_TRUE(proof) << why(proof);
  EXPECT_EQ(snapshot.manifest.database.bytes, 0U);
}

TEST_F(Take, RefusesWhatIsNoDatabaseAndLeavesNothing) {
  put("webui.db", std::string(10'000, 'x'));
  const auto snapshot = take(source(), store(), clock, progress);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().id, "database-not-a-database");
  EXPECT_TRUE(file::walk(store())->empty());
}

TEST_F(Take, CancelledLeavesNothing) {
  class Impatient final : public Progress {
   public:
    void begin(std::string_view, std::int64_t, Unit) override {}
    void advance(std::int64_t) override { ++calls_; }
    void end() override {}
    [[nodiscard]] bool cancelled() const override { return calls_ > 1; }

   private:
    int calls_ = 0;
  } impatient;
  const auto snapshot = take(source(), store(), clock, impatient);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(file::walk(store())->empty());
}

TEST_F(Take, CleansUpAfterACrashAndSortsLastEvenIfTheClockWasSetBack) {
  const Snapshot first = taken();
  std::filesystem::create_directories(store() / ".backup-20261121-120000.partial");
  clock.now -= 100'000;
  const Snapshot second = taken();
  EXPECT_GT(second.name(), first.name());
  EXPECT_FALSE(file::exists(store() / ".backup-20261121-120000.partial"));
  EXPECT_EQ(find(store(), "latest")->name(), second.name());
}

}  // namespace
}  // namespace liftlock::snapshot
