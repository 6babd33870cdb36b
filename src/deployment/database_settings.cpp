#include "deployment/database_settings.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <utility>

namespace liftlock::deployment {

namespace {

/// SQLAlchemy has forgotten the older name.
std::string with_new_name(std::string url) {
  constexpr std::string_view old_name = "postgres://";
  return url.starts_with(old_name) ? "postgresql://" + url.substr(old_name.size()) : url;
}

}  // namespace

DatabaseSettings read_database_settings(const std::function<std::string(const char*)>& value_of) {
  DatabaseSettings settings{.url = value_of("DATABASE_URL"), .missing = {}, .schema = value_of("DATABASE_SCHEMA")};
  const std::string user = value_of("DATABASE_USER");
  const std::string password = value_of("DATABASE_PASSWORD");
  const std::string type = value_of("DATABASE_TYPE");
  const std::string host = value_of("DATABASE_HOST");
  const std::string port = value_of("DATABASE_PORT");
  const std::string name = value_of("DATABASE_NAME");
  const std::string credentials = user + (password.empty() ? "" : ":" + password);
  const std::pair<const char*, const std::string*> parts[] = {{"DATABASE_TYPE", &type},
                                                              {"DATABASE_USER", &credentials},
                                                              {"DATABASE_HOST", &host},
                                                              {"DATABASE_PORT", &port},
                                                              {"DATABASE_NAME", &name}};
  for (const auto& [variable, value] : parts) {
    if (value->empty()) settings.missing.emplace_back(variable);
  }
  if (settings.missing.empty()) {
    settings.url = fmt::format("{}://{}@{}:{}/{}", type, credentials, host, port, name);
  } else if (settings.missing.size() == std::size(parts)) {
    settings.missing.clear();
  }
  if (settings.url.empty() && type == "sqlite+sqlcipher") {
    settings.url = fmt::format("sqlite+sqlcipher:///{}/webui.db", value_of("DATA_DIR"));
  }
  settings.url = with_new_name(std::move(settings.url));
  return settings;
}

DatabaseSettings own_database_settings() {
  return read_database_settings([](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  });
}

}  // namespace liftlock::deployment
