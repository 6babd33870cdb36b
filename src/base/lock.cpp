#include "base/lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.hpp"

namespace liftlock {

namespace {

void close_if_open(int descriptor) {
  if (descriptor >= 0) ::close(descriptor);
}

std::string describe_holder(const std::filesystem::path& file) {
  std::ifstream input(file);
  const std::string content{std::istreambuf_iterator<char>(input), {}};
  const auto json = nlohmann::json::parse(content, nullptr, false);
  if (!json.is_object()) return "Another run holds the lock.";
  return fmt::format("Process {} holds the lock since {}: {}", json.value("pid", std::int64_t{0}),
                     json.value("since", "?"), json.value("command", "?"));
}

std::unexpected<Error> locked(std::string doing, std::string what) {
  return std::unexpected(Error{ErrorKind::locked, "locked", std::move(doing), std::move(what), "Nothing was changed.",
                               "Wait until it has ended, then run the command again."});
}

Result<void> note_holder(int descriptor, const LockHolder& holder, const std::filesystem::path& file) {
  const std::string content =
      nlohmann::json{{"pid", holder.pid}, {"command", holder.command}, {"since", holder.since}}.dump() + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) {
    return failure("file-error", fmt::format("Writing {}", file.string()), std::strerror(errno));
  }
  return {};
}

}  // namespace

Result<Lock> Lock::acquire(const std::filesystem::path& file, const LockHolder& holder) {
  const std::string doing = fmt::format("Taking the lock {}", file.string());
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failure(errno == EACCES ? "file-denied" : "file-error", doing, std::strerror(errno));
  Lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return locked(doing, describe_holder(file));
    return failure("file-error", doing, std::strerror(errno));
  }
  TRY(note_holder(descriptor, holder, file));
  return lock;
}

Result<Lock> Lock::acquire_folder(const std::filesystem::path& folder) {
  const std::string doing = fmt::format("Taking the lock of the data directory {}", folder.string());
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failure(errno == EACCES ? "file-denied" : "file-error", doing, std::strerror(errno));
  Lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return locked(doing, "A run with another state folder (LIFTLOCK_HOME) works on the same data directory.");
    }
    return failure("file-error", doing, std::strerror(errno));
  }
  return lock;
}

Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Lock& Lock::operator=(Lock&& other) noexcept {
  close_if_open(std::exchange(descriptor_, std::exchange(other.descriptor_, -1)));
  return *this;
}
Lock::~Lock() { close_if_open(descriptor_); }

Result<SqliteExclusion> SqliteExclusion::acquire(const std::filesystem::path& database) {
  // The bytes that every SQLite locks: pending, reserved and shared
  // (https://www.sqlite.org/fileformat2.html#the_lock_byte_page).
  constexpr off_t pending_byte = 0x40000000;
  constexpr off_t lock_bytes = 512;
  const std::string doing = fmt::format("Locking the database {}", database.string());
  const int descriptor = ::open(database.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return failure(errno == EACCES ? "file-denied" : "file-error", doing, std::strerror(errno));
  SqliteExclusion exclusion(descriptor);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = pending_byte;
  range.l_len = lock_bytes;
  // A lock of the open file description, which other descriptors of this process on the same file cannot lose.
  if (::fcntl(descriptor, F_OFD_SETLK, &range) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      return refusal("database-in-use", doing, "Another program has the database open.",
                     "Stop that program, then run the command again.");
    }
    return failure("file-error", doing, std::strerror(errno));
  }
  return exclusion;
}

SqliteExclusion::SqliteExclusion(SqliteExclusion&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}
SqliteExclusion& SqliteExclusion::operator=(SqliteExclusion&& other) noexcept {
  close_if_open(std::exchange(descriptor_, std::exchange(other.descriptor_, -1)));
  return *this;
}
SqliteExclusion::~SqliteExclusion() { close_if_open(descriptor_); }

LockHolder this_process(std::int64_t now_seconds) {
  std::ifstream input("/proc/self/cmdline");
  std::string command{std::istreambuf_iterator<char>(input), {}};
  while (!command.empty() && command.back() == '\0') command.pop_back();
  for (char& c : command) {
    if (c == '\0' || c == '\n') c = ' ';
  }
  return {::getpid(), command, iso_time(now_seconds)};
}

}  // namespace liftlock
