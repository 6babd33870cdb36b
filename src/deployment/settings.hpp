#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace liftlock::deployment {

/// A program's environment.
using Environment = std::map<std::string, std::string, std::less<>>;

/// Of lines "NAME=value", the last of a name counting; lines without '=' are left out.
[[nodiscard]] Environment environment_of(const std::vector<std::string>& lines);

/// Where Open WebUI keeps its things, from the environment that it is started with. Never holds a secret.
struct Settings {
  std::filesystem::path data_directory;
  std::string database_kind;            ///< "sqlite", "postgresql", what else the URL begins with, or "unknown"
  std::string database;                 ///< its URL without the password
  std::filesystem::path database_file;  ///< sqlite: absolute; else empty
  /// The variable that holds the secret key: WEBUI_SECRET_KEY or its old name; empty where none does, and the start
  /// script reads or makes the file.
  std::string secret_variable;
  std::filesystem::path secret_file;
};

/// As env.py and start.sh of the releases read the environment; `folder` is the one that the program starts in
/// (in the official image /app/backend), below which its data is by default. A database URL that cannot be understood
/// is shown up to its "://" only.
[[nodiscard]] Settings read_settings(const Environment& environment, const std::filesystem::path& folder);

}  // namespace liftlock::deployment
