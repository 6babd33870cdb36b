#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/file_tree.hpp"
#include "database/sqlite.hpp"
#include "snapshot/snapshot.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::snapshot {

class StillClock final : public Clock {
 public:
  std::int64_t now = 1'795'258'800;  // 2026-11-21 11:00
  std::int64_t nanoseconds() override { return now * 1'000'000'000; }
  double monotonic_seconds() override { return 0; }
};

/// What an error says, for a failed expectation.
template <class T>
std::string why(const Result<T>& result) {
  if (result) return "no error";
  const Error& error = result.error();
  return error.id + ": " + error.doing + ": " + error.what + " " + error.state + " " + error.next;
}

/// A data directory with a database of three tables, uploads and a vector store, and a place for its snapshots.
class World : public ::testing::Test {
 protected:
  World() {
    std::filesystem::create_directories(data() / "uploads");
    std::filesystem::create_directories(data() / "empty");
    std::filesystem::create_directories(data() / "vector_db");
    put("uploads/a.txt", "first upload");
    put("uploads/big.bin", std::string(3'000'000, 'b'));
    fill(data() / "webui.db", 300);
    fill(data() / "vector_db/chroma.sqlite3", 20);
  }

  [[nodiscard]] std::filesystem::path data() const { return folder / "data"; }
  [[nodiscard]] std::filesystem::path store() const { return folder / "store"; }

  void put(const std::string& name, std::string_view content) const {
    std::ofstream(data() / name, std::ios::binary | std::ios::trunc) << content;
  }

  static void run(const std::filesystem::path& file, const std::string& sql) {
    auto connection = database::Connection::open(file, database::OpenMode::create);
    ASSERT_TRUE(connection) << why(connection);
    const auto done = connection->execute(sql);
    ASSERT_TRUE(done) << why(done);
  }

  static void fill(const std::filesystem::path& file, int chats) {
    run(file,
        "PRAGMA synchronous=OFF; CREATE TABLE user(id TEXT PRIMARY KEY); CREATE TABLE chat(id INTEGER PRIMARY KEY, "
        "user_id TEXT REFERENCES "
        "user(id), chat TEXT); CREATE INDEX chat_user ON chat(user_id); CREATE TABLE \"odd \"\"name\"(x);"
        "INSERT INTO user VALUES('u1'), ('u2');"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<" +
            std::to_string(chats) + ") INSERT INTO chat SELECT i, 'u1', hex(randomblob(2000)) FROM n;");
  }

  static std::int64_t rows(const std::filesystem::path& file, const std::string& table) {
    auto connection = database::Connection::open(file, database::OpenMode::read_only);
    EXPECT_TRUE(connection) << why(connection);
    return connection->query_integer("SELECT count(*) FROM " + table).value().value();
  }

  [[nodiscard]] Source source() const {
    Source source;
    source.data_directory = data();
    source.database = data() / "webui.db";
    source.address = "dir:" + data().string();
    source.program_version = "0.1.0";
    source.releases = {"0.6.18"};
    source.revision = "9f0c9cd09105";
    source.lineage = "peewee";
    source.peewee_migrations = 18;
    return source;
  }

  Snapshot taken() {
    auto snapshot = take(source(), store(), clock, progress);
    EXPECT_TRUE(snapshot) << why(snapshot);
    return std::move(snapshot).value();
  }

  Result<Proof> proven(const Snapshot& snapshot) { return verify(snapshot, clock, progress); }

  /// Everything below a folder: content, mode and target by path. Databases are compared by content, too.
  static std::map<std::string, std::string> tree(const std::filesystem::path& root) {
    std::map<std::string, std::string> all;
    const auto entries = file::walk(root);
    if (!entries) return {{"error", why(entries)}};
    for (const file::Entry& entry : *entries) {
      std::string what = std::to_string(entry.status.st_mode & 07777U) + ' ' + entry.link_target;
      if (entry.type == file::EntryType::regular) {
        what += file::sha256(root / entry.path).value() + ' ' + std::to_string(entry.modified_nanoseconds());
      }
      all[entry.path] = what;
    }
    return all;
  }

  static const FilePart* part(const Manifest& manifest, std::string_view path) {
    for (const FilePart& one : manifest.files) {
      if (one.path == path) return &one;
    }
    return nullptr;
  }

  testing::TemporaryDirectory folder;
  StillClock clock;
  NoProgress progress;
};

}  // namespace liftlock::snapshot
