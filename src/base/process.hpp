#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace liftlock::process {

/// A process that has a file open.
struct User {
  std::int64_t pid = 0;
  std::string command;  ///< its command line, shortened, with secrets' values (KEY, TOKEN, PASSWORD) left out
};

/// The other processes that have any of `files` open, by device and inode, so that bind mounts and containers on this
/// machine are seen. Files that do not exist are skipped. Processes of other users are only seen by root:
/// `incomplete` is set where some could not be looked at.
struct Users {
  std::vector<User> users;
  bool incomplete = false;
};
[[nodiscard]] Users users_of(const std::vector<std::filesystem::path>& files);

/// The database file with the -wal, -shm and -journal that belong to it.
[[nodiscard]] std::vector<std::filesystem::path> database_files(const std::filesystem::path& database);

}  // namespace liftlock::process
