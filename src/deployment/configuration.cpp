#include "deployment/configuration.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/file.hpp"
#include "registry/reference.hpp"

namespace liftlock::deployment {

namespace fs = std::filesystem;

namespace {

std::unexpected<Error> invalid(const std::string& name, const toml::source_region& where, std::string what) {
  return std::unexpected(Error{ErrorKind::usage,
                               "configuration-invalid",
                               fmt::format("Reading the configuration {}, line {}", name, where.begin.line),
                               std::move(what),
                               "Nothing was changed.",
                               {}});
}

fs::path usual_file() {
  if (::geteuid() == 0) return "/etc/liftlock/config.toml";
  const char* folder = std::getenv("XDG_CONFIG_HOME");
  if (folder != nullptr && *folder == '/') return fs::path(folder) / "liftlock/config.toml";
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? fs::path() : fs::path(home) / ".config/liftlock/config.toml";
}

Result<Wishes> read_wishes(const toml::table& table, const std::string& name) {
  Wishes wishes;
  for (const auto& [key, value] : table) {
    if (key.str() != "pin")
      return invalid(name, key.source(),
                     fmt::format("\"{}\" is nothing that can be said of a deployment (pin).", key.str()));
    wishes.pin = value.value<std::string>().value_or("");
    if (!registry::is_tag(wishes.pin) && !registry::is_digest(wishes.pin)) {
      return invalid(name, value.source(),
                     "A pin is a text: a release (\"0.12.4\"), a series (\"0.12\"), a tag (\"main\") or a digest.");
    }
  }
  return wishes;
}

}  // namespace

Wishes Configuration::of(std::string_view address) const {
  const auto found = deployments.find(address);
  return found == deployments.end() ? Wishes{} : found->second;
}

Result<Configuration> parse_configuration(std::string_view text, const std::string& name) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) return invalid(name, parsed.error().source(), std::string(parsed.error().description()) + ".");
  Configuration configuration;
  for (const auto& [key, value] : parsed.table()) {
    const toml::table* addresses = value.as_table();
    if (key.str() != "deployment" || addresses == nullptr) {
      return invalid(name, key.source(),
                     fmt::format("\"{}\" is not known here; [deployment.\"docker:NAME\"] is.", key.str()));
    }
    for (const auto& [address, wishes] : *addresses) {
      const toml::table* table = wishes.as_table();
      if (table == nullptr || address.str().find(':') == std::string_view::npos) {
        return invalid(name, address.source(),
                       fmt::format("\"{}\" is no deployment: [deployment.\"docker:NAME\"].", address.str()));
      }
      configuration.deployments[std::string(address.str())] = TRY(read_wishes(*table, name));
    }
  }
  return configuration;
}

Result<Configuration> read_configuration(const fs::path& named) {
  const fs::path path = named.empty() ? usual_file() : named;
  if (path.empty() || !file::exists(path)) {
    if (named.empty()) return Configuration{};
    return std::unexpected(Error{ErrorKind::usage,
                                 "configuration-missing",
                                 fmt::format("Reading the configuration {}", named.string()),
                                 "There is no such file.",
                                 "Nothing was changed.",
                                 {}});
  }
  return parse_configuration(TRY(file::read(path)), path.string());
}

}  // namespace liftlock::deployment
