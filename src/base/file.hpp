#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// Effects on files that keep their promise over a crash. Each passes a fault point before every system call that
/// changes something. Errors: "file-full" (no space left), "file-denied" (permission, read-only file system),
/// "file-missing", "file-error" (all else); `doing` names the path.
namespace liftlock::file {

/// Which file a name stands for. Names come and go; a file keeps its identity while it is moved about on its file
/// system.
struct Identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// What stat says of a file.
struct Facts {
  Identity identity;
  std::int64_t size = 0;
  std::int64_t modified_nanoseconds = 0;
  mode_t mode = 0;
  uid_t owner = 0;
  gid_t group = 0;
};

[[nodiscard]] bool exists(const std::filesystem::path& path);          ///< a dangling symlink exists, too
[[nodiscard]] Result<Facts> facts(const std::filesystem::path& path);  ///< of what a symlink points to
[[nodiscard]] Result<std::string> read(const std::filesystem::path& path);

/// Puts `content` at `path` so that after a crash there is either the whole new content or what was there before.
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& path, std::string_view content,
                                         mode_t mode = 0600);

/// Flushes the content of a file, or the names in a folder, to the disk.
[[nodiscard]] Result<void> sync(const std::filesystem::path& path);

/// Makes a folder and the missing ones above it, durably; each new one has `mode`.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& path, mode_t mode = 0700);

/// Renames within one file system, replacing what is at `to`, durably.
[[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to);

/// A second name for the same file; "file-error" across file systems and where there are no hard links.
[[nodiscard]] Result<void> hard_link(const std::filesystem::path& existing, const std::filesystem::path& name);

/// Makes `to` the file, at every instant of which there is one, and keeps what `to` was as `kept`; `from` is gone
/// afterwards. All three on one file system; `kept` must not exist. By link and rename; where the file system has no
/// hard links, by one exchange of names and a rename, so that after a crash the old file may stand under `from`.
[[nodiscard]] Result<void> replace_keeping(const std::filesystem::path& from, const std::filesystem::path& to,
                                           const std::filesystem::path& kept);

/// Copies content to a new file with `mode`, sharing blocks where the file system can, and flushes it.
[[nodiscard]] Result<void> copy(const std::filesystem::path& from, const std::filesystem::path& to, mode_t mode = 0600);

/// Gives `path` the mode and, as far as permitted, the owner and group of `model`.
[[nodiscard]] Result<void> take_permissions(const std::filesystem::path& path, const Facts& model);

/// Removes a file, durably; one that is not there is no error.
[[nodiscard]] Result<void> remove(const std::filesystem::path& path);
/// Removes a folder with all that is in it; one that is not there is no error. Symlinks are not followed.
[[nodiscard]] Result<void> remove_folder(const std::filesystem::path& path);

/// Bytes that the caller may still write on the file system of `path` (or of the nearest folder above that exists).
[[nodiscard]] Result<std::int64_t> free_space(const std::filesystem::path& path);

/// The bytes of a file, in hexadecimal.
[[nodiscard]] Result<std::string> sha256(const std::filesystem::path& path);
[[nodiscard]] std::string sha256_of(std::string_view bytes);

/// The Error for a failed system call, from its errno: `doing` and the path become its first sentence.
[[nodiscard]] std::unexpected<Error> trouble(std::string_view doing, const std::filesystem::path& path, int code);
/// Passes the fault point that stands before an effect: 0, or the errno that the effect is to fail with.
[[nodiscard]] int trapped(const char* point);

}  // namespace liftlock::file
