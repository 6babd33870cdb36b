#pragma once

#include <functional>
#include <string>
#include <vector>

namespace liftlock::deployment {

/// How the environment of an Open WebUI names its database (open_webui/env.py).
struct DatabaseSettings {
  /// DATABASE_URL; or made of DATABASE_TYPE, _USER, _PASSWORD, _HOST, _PORT and _NAME, which win where they are
  /// complete, user and password put in as they are. Empty: none is named, and Open WebUI takes webui.db of its data
  /// directory.
  std::string url;
  /// Of those variables, the ones that lack where some are set and some are not: Open WebUI heeds none of them then.
  std::vector<std::string> missing;
  std::string schema;  ///< DATABASE_SCHEMA
};

/// `value_of` gives the value of an environment variable; empty where it is not set.
[[nodiscard]] DatabaseSettings read_database_settings(const std::function<std::string(const char*)>& value_of);

/// Those of this process's own environment.
[[nodiscard]] DatabaseSettings own_database_settings();

}  // namespace liftlock::deployment
