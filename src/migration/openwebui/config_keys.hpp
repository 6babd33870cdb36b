#pragma once

#include <string_view>
#include <utility>
#include <vector>

/// The settings that Open WebUI knew when its config became one row a key (3ff2c63645b8, release 0.10.0).
namespace liftlock::migration::openwebui {

/// Whether the value at this dotted path of the nested blob is one setting, kept whole even where it is an object.
[[nodiscard]] bool is_known_config_path(std::string_view path);

/// The key under which the setting at this path is kept from then on: a few were renamed, all unknown ones stay. The
/// view belongs to this file or to `path`.
[[nodiscard]] std::string_view config_key_of(std::string_view path);

/// The way back: the path of the setting that is kept under `key`.
[[nodiscard]] std::string_view config_path_of(std::string_view key);

/// All paths of which is_known_config_path() is true.
[[nodiscard]] std::vector<std::string_view> known_config_paths();
/// (path, key) of the settings whose path config_path_of() finds: of several paths of one key the first one.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> renamed_config_paths();

}  // namespace liftlock::migration::openwebui
