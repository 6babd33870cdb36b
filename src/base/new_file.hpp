#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/error.hpp"

namespace liftlock::file {

/// Puts `content` at a name that must be free, so that after a crash there is either the whole file or none; what is
/// there is never replaced. `mode` is less the umask. Errors: "file-exists", and those of base/file.hpp.
[[nodiscard]] Result<void> write_new_durably(const std::filesystem::path& path, std::string_view content, mode_t mode);

}  // namespace liftlock::file
