#include "deployment/settings.hpp"

#include <string_view>

#include "database/url.hpp"
#include "deployment/database_settings.hpp"

namespace liftlock::deployment {

namespace fs = std::filesystem;

namespace {

std::string value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

void read_database(const std::string& url, const fs::path& folder, Settings& settings) {
  const std::size_t end_of_scheme = url.find("://");
  settings.database_kind = "unknown";
  if (end_of_scheme == std::string::npos) return;  // SQLAlchemy takes nothing else
  settings.database_kind = url.substr(0, end_of_scheme);
  settings.database = settings.database_kind + "://…";
  const Result<database::Url> understood = database::parse_url(url);
  if (!understood) return;
  settings.database_kind = understood->dialect;
  settings.database = understood->safe;
  if (understood->dialect == "sqlite") settings.database_file = (folder / understood->file).lexically_normal();
}

}  // namespace

Environment environment_of(const std::vector<std::string>& lines) {
  Environment environment;
  for (const std::string& line : lines) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return environment;
}

Settings read_settings(const Environment& environment, const fs::path& folder) {
  Settings settings;
  const std::string data = value_of(environment, "DATA_DIR");
  settings.data_directory = (folder / (data.empty() ? "data" : data)).lexically_normal();
  if (!settings.data_directory.has_filename()) settings.data_directory = settings.data_directory.parent_path();

  std::string url = read_database_settings([&](const char* name) { return value_of(environment, name); }).url;
  if (url.empty()) url = database::sqlite_url(settings.data_directory / "webui.db");
  read_database(url, folder, settings);

  for (const char* name : {"WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY"}) {
    if (settings.secret_variable.empty() && !value_of(environment, name).empty()) settings.secret_variable = name;
  }
  const std::string file = value_of(environment, "WEBUI_SECRET_KEY_FILE");
  settings.secret_file = (folder / (file.empty() ? ".webui_secret_key" : file)).lexically_normal();
  return settings;
}

}  // namespace liftlock::deployment
