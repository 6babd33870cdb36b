#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace liftlock {

/// Who holds a lock; what a second run shows.
struct LockHolder {
  std::int64_t pid = 0;
  std::string command;  ///< "liftlock change dir:/srv/data 0.12.4"
  std::string since;    ///< ISO time
};

/// An advisory lock (flock) on a file or folder, held until destruction or the end of the process, however it ends.
class Lock {
 public:
  /// Locks `file`, which is made if it is not there and receives the holder's name.
  /// Errors: "locked" (kind locked) naming the holder, at once; file errors.
  [[nodiscard]] static Result<Lock> acquire(const std::filesystem::path& file, const LockHolder& holder);

  /// Locks a folder itself, writing nothing into it: two runs with different state folders meet here.
  [[nodiscard]] static Result<Lock> acquire_folder(const std::filesystem::path& folder);

  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

 private:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// The locks that SQLite itself takes on a database file, all of them, exclusively: while this lives, every SQLite,
/// this process's own included (unless it opens with OpenMode::immutable), finds the database locked.
class SqliteExclusion {
 public:
  /// Errors: "database-in-use" (kind refused) if somebody has a lock on it.
  [[nodiscard]] static Result<SqliteExclusion> acquire(const std::filesystem::path& database);
  SqliteExclusion(SqliteExclusion&& other) noexcept;
  SqliteExclusion& operator=(SqliteExclusion&& other) noexcept;
  ~SqliteExclusion();

 private:
  explicit SqliteExclusion(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// This process: its pid, command line and the time.
[[nodiscard]] LockHolder this_process(std::int64_t now_seconds);

}  // namespace liftlock
