#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.hpp"
#include "migration/script/script_files.hpp"

namespace liftlock::migration::script {

/// Whether Alembic would load a file of that name.
[[nodiscard]] bool is_script_name(std::string_view file);

/// The chain in a wheel or another zip file; errors as those of read_scripts.
[[nodiscard]] Result<ScriptFiles> read_wheel(const std::filesystem::path& wheel);

}  // namespace liftlock::migration::script
