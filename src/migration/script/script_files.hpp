#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "migration/script/script.hpp"

namespace liftlock::migration::script {

/// A chain's scripts, in the order in which Alembic loads them: by file name.
struct ScriptFiles {
  std::filesystem::path folder;  ///< that they stand in; below the name of the file, where it is a wheel
  std::vector<Script> scripts;
};

/// Reads a chain. `place` may be
///   - a folder of scripts ("versions"),
///   - the folder above it, with versions/ in it (Alembic's script_location),
///   - an installed package, or what it is installed in (site-packages/open_webui): versions/ is looked for beside an
///     env.py, at most two folders down, and there must be one,
///   - a wheel or any zip file: the one folder versions/ in it that has an env.py beside it.
/// Only *.py directly in that folder counts: not what is in folders below it (recursive_version_locations), not
/// compiled scripts without their source.
/// Errors: "scripts-absent", "scripts-several" (which one is meant?), "scripts-damaged" (the wheel), those of
/// read_script, and those of base/file.hpp.
[[nodiscard]] Result<ScriptFiles> read_scripts(const std::filesystem::path& place);

}  // namespace liftlock::migration::script
