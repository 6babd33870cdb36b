#pragma once

#include "base/json.hpp"

/// An image brings defaults (environment, command, labels, health check, ports, volumes, folder, user, signal), which
/// an engine mixes into the configuration of a container when it makes one. Here they are told apart again. Pure
/// functions over the members `Config` of what an engine says of a container and of an image.
namespace liftlock::deployment::docker {

/// What the maker of the container said: its configuration without what equals the image's defaults. Whoever said just
/// what the image says cannot be told from one who said nothing, and counts as such. A null image has no defaults.
/// The rest stays as it is, also what this program has never heard of.
[[nodiscard]] json::Json own_config(json::Json config, const json::Json& image);

/// What an engine makes of own_config() and an image: https://github.com/moby/moby, daemon/commit.go, merge().
[[nodiscard]] json::Json with_defaults(json::Json own, const json::Json& image);

}  // namespace liftlock::deployment::docker
