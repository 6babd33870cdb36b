#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// The tar archive in which an engine hands out a file or a folder. Errors: "engine-answer" where it is cut off, or
/// holds no file though one was asked for.
namespace liftlock::deployment::docker {

/// The content of the file in an archive held in memory.
[[nodiscard]] Result<std::string> content_of_tar(std::string_view tar);

/// Writes the content of the file in the archive `tar` to `to`, which must not exist, readable by its owner only.
[[nodiscard]] Result<void> unpack_tar(const std::filesystem::path& tar, const std::filesystem::path& to);

/// A plain file in an archive, with the name that it has there: "versions/7e5b5dc7342b_init.py".
struct TarFile {
  std::string name;
  std::string content;
};

/// The plain files of a folder in an archive held in memory, those below it included.
[[nodiscard]] Result<std::vector<TarFile>> files_of_tar(std::string_view tar);

/// What an archive is made of, for an engine: root's.
struct NewEntry {
  std::string name;  ///< "etc/liftlock/config.toml"; a folder where it ends with '/'
  std::string content = {};
  int mode = 0700;
  std::string link = {};  ///< where it leads, if it is a symbolic link
};
[[nodiscard]] Result<std::string> make_tar(const std::vector<NewEntry>& entries);

}  // namespace liftlock::deployment::docker
