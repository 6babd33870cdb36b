#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// What the user has written down about deployments: docs/reference/configuration.md.
namespace liftlock::deployment {

struct Wishes {
  std::string pin;  ///< which versions it may be changed to: a release, a series, a tag or a digest; empty: any
};

struct Configuration {
  std::map<std::string, Wishes, std::less<>> deployments;  ///< by address: "docker:open-webui"
  /// Empty wishes where nothing is written about that deployment.
  [[nodiscard]] Wishes of(std::string_view address) const;
};

/// Reads `named`; where that is empty, /etc/liftlock/config.toml for root, else $XDG_CONFIG_HOME/liftlock/config.toml
/// or
/// ~/.config/liftlock/config.toml, which need not exist. Errors (usage): "configuration-missing" for one that was
/// named, "configuration-invalid" with its line; what is not known is an error, too.
[[nodiscard]] Result<Configuration> read_configuration(const std::filesystem::path& named);

/// The same from its text; `name` is for errors.
[[nodiscard]] Result<Configuration> parse_configuration(std::string_view text, const std::string& name);

}  // namespace liftlock::deployment
