#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.hpp"

/// Parts of a container's inspection, less what its engine made up. Shared by the two functions of identity.hpp.
namespace liftlock::deployment::docker {

/// `Config`, without what the engine writes into it by itself. The image's defaults are still in it.
[[nodiscard]] json::Json asked_config(const json::Json& container);

/// `HostConfig`; its links as a request has them ("db:alias" for "/db:/name/alias").
[[nodiscard]] json::Json asked_host_config(const json::Json& container);

/// Network → the settings that were asked for; unknown members of an endpoint count as such. Empty for the host's
/// network, none, or another container's.
[[nodiscard]] std::map<std::string, json::Json> asked_endpoints(const json::Json& container);

/// The network among these that the container is on since its creation. nullopt: it has left it.
[[nodiscard]] std::optional<std::string> first_network(const json::Json& container);

/// Destination → volume, for those that nobody named: the image's, or the maker's who only said where.
[[nodiscard]] std::map<std::string, json::Json> nameless_volumes(const json::Json& container);

/// Whether this is what engines call things that nobody named: 64 hexadecimal digits.
[[nodiscard]] bool is_id(const std::string& text);
/// A path as engines write it in `Mounts`.
[[nodiscard]] std::string clean_path(const std::string& path);
/// Where an element of HostConfig.Binds ("source:destination:options", or just a destination) is mounted.
[[nodiscard]] std::string destination_of(const std::string& bind);

}  // namespace liftlock::deployment::docker
