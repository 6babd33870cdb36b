#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/file_tree.hpp"
#include "database/sqlite.hpp"
#include "snapshot/manifest.hpp"

namespace liftlock::snapshot {

/// How the file and its -wal look now.
[[nodiscard]] Result<LiveDatabase> look_at_database(const std::filesystem::path& database);

/// Whether the file begins as every SQLite database does. False for what cannot be read.
[[nodiscard]] bool is_sqlite(const std::filesystem::path& path);

enum class Locking {
  as_needed,  ///< a WAL database that nobody has open is read without
  always,
  excluded  ///< the caller keeps everybody out (SqliteExclusion), this process's own SQLite included
};

/// The bytes of a SQLite database as they were at one instant, while others may be writing to it.
///
/// SQLite's own locks hold that instant for as long as the image lives: in rollback mode its SHARED lock keeps every
/// writer from the file, and in WAL mode a reader that began on an empty -wal keeps every checkpoint from it. The file
/// is then read through SQLite's own descriptor (closing another one would drop the locks: POSIX). A -wal that holds
/// pages is merged into a copy in scratch by SQLite's backup API. A WAL database that nobody has open (no -wal) is read
/// without locks, which would make a -wal and a -shm beside it; unchanged() says whether that went well.
class DatabaseImage {
 public:
  /// `scratch` is a folder for the copy, if one is needed. This process may have no other connection to the database.
  /// Errors: those of database::Connection, "file-full".
  [[nodiscard]] static Result<DatabaseImage> open(const std::filesystem::path& database,
                                                  const std::filesystem::path& scratch, Locking locking);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint32_t page_size() const { return page_size_; }
  [[nodiscard]] Result<void> read_at(std::span<char> buffer, std::uint64_t offset);
  /// Rows by table, at the same instant; -1 where a damaged table cannot be counted.
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> rows();
  /// How the live database looked at that instant.
  [[nodiscard]] const LiveDatabase& live() const { return live_; }
  /// To be asked after the last read: false if the bytes may be of different instants (never with locks).
  [[nodiscard]] Result<bool> unchanged() const;

 private:
  [[nodiscard]] Result<void> hold();
  [[nodiscard]] Result<void> measure();
  [[nodiscard]] Result<void> copy_with_backup(const std::filesystem::path& scratch);

  [[nodiscard]] Result<void> copy_with_wal(const std::filesystem::path& scratch);

  std::filesystem::path path_;
  std::optional<file::ScratchFolder> scratch_;  // outlives the connection to what is in it
  std::optional<database::Connection> connection_;
  LiveDatabase live_;
  std::uint64_t size_ = 0;
  std::uint32_t page_size_ = 0;
  bool locked_ = false;
};

/// Rows of each ordinary table that a connection sees, in the order of their names.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> count_rows(database::Connection& connection);

}  // namespace liftlock::snapshot
