#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace liftlock::migration::script {

/// How new revision files of a chain are made.
struct ScriptFolder {
  std::filesystem::path versions;       ///< where they go
  std::filesystem::path template_file;  ///< script.py.mako; empty: there is none
  std::string template_text;            ///< of that file, else Alembic's default
  std::filesystem::path settings;       ///< the alembic.ini that was read; empty: there is none
  std::string file_template = "%(rev)s_%(slug)s";
  std::size_t slug_length = 40;    ///< characters
  bool utc = false;                ///< dates are in UTC, not in the machine's time zone
  std::vector<std::string> notes;  ///< what Alembic would do and Liftlock does not; whole sentences
};

/// Looks for script.py.mako in the folder above the scripts (in their own too, if that is not called versions), and for
/// the alembic.ini whose script_location they are: in the folder above the scripts, or the next one up. Errors:
/// "settings-unsupported" for a setting that would make the file another one than Liftlock would (another time zone or
/// encoding, an environment that takes part, several folders of scripts); those of base/file.hpp.
[[nodiscard]] Result<ScriptFolder> script_folder(const std::filesystem::path& versions);

/// That alembic.ini, whatever stands in it; empty where there is none.
[[nodiscard]] Result<std::filesystem::path> settings_of(const std::filesystem::path& versions);

}  // namespace liftlock::migration::script
