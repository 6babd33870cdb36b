#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

/// Whole folders. Names may hold any bytes but '/' and 0x00; symbolic links are seen, never followed.
namespace liftlock::file {

/// Whether `path` is `folder`, or lies below it, by their names alone: both absolute, without "..", "." and links.
[[nodiscard]] bool is_below(const std::filesystem::path& folder, const std::filesystem::path& path);

enum class EntryType { regular, directory, symlink, fifo, socket, device };

/// One thing in a folder tree.
struct Entry {
  std::string path;  ///< below the root, raw bytes, without a leading '/'
  EntryType type = EntryType::regular;
  struct ::stat status {};
  std::string link_target;  ///< of a symlink

  [[nodiscard]] std::int64_t modified_nanoseconds() const {
    return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  }
};

/// Everything below `root` (not itself), each folder before what is in it, names in byte order. An entry that vanishes
/// while being looked at is left out; a folder that cannot be read is an error. Mounts inside are entered.
[[nodiscard]] Result<std::vector<Entry>> walk(const std::filesystem::path& root);

/// The extended attributes that this user can read, by name; none where the file system has none.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> extended_attributes(const std::filesystem::path& path);

/// A folder of mode 0700 for scratch, removed with all that is in it on destruction; errors of that are dropped.
class ScratchFolder {
 public:
  /// Inside `parent`, which must exist, with a name that starts with `prefix`.
  [[nodiscard]] static Result<ScratchFolder> create(const std::filesystem::path& parent, const std::string& prefix);
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Gives up ownership: the folder stays.
  std::filesystem::path release() { return std::exchange(path_, {}); }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace liftlock::file
