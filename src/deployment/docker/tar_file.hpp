#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// The tar archive in which an engine hands out one file. Errors: "engine-answer" where it holds none or is cut off.
namespace liftlock::deployment::docker {

/// The content of the file in an archive held in memory.
[[nodiscard]] Result<std::string> content_of_tar(std::string_view tar);

/// Writes the content of the file in the archive `tar` to `to`, which must not exist, readable by its owner only.
[[nodiscard]] Result<void> unpack_tar(const std::filesystem::path& tar, const std::filesystem::path& to);

}  // namespace liftlock::deployment::docker
