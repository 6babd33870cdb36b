#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

/// What makes a container what it is, so that one of another image can be made that is the same but for that. Pure
/// functions over what an engine answers to `/containers/ID/json` (`old`, `made`) and `/images/ID/json` (null where an
/// image is gone: then nothing counts as its default, and all is carried over).
namespace liftlock::deployment::docker {

/// POST to an engine.
struct Order {
  std::string path;
  json::Json body;
};

/// How a container is made that is `old` with another image.
struct Creation {
  Order create;  ///< its path has the name
  /// Then, in this order and before it is started: to the networks but the first (engines before API 1.44 take one at
  /// creation), and away from one that it would be on and `old` is not.
  std::vector<Order> networks;
};

/// Everything is carried over, also what this program has never heard of, but for
///   - what the image of `old` brought: there the new image's own counts (own_config());
///   - what the engine made up: the host name and the alias that are the short id, addresses and ports that nobody
///     asked for. Engines do not tell a MAC address that was asked for on a network other than the first from one that
///     was made up: it is made up anew.
/// Volumes without a name are mounted by the name that the engine gave them, so that their data comes along. `image` is
/// what the new container is made of, `name` its name, which must be free.
[[nodiscard]] Creation creation_of(const json::Json& old, const json::Json& old_image, std::string_view image,
                                   std::string_view name);

/// What of `made`, a container of `new_image`, is not as `old` has it, though it should be: "HostConfig.Memory",
/// "Config.Env.DATA_DIR", "Networks.web.Aliases", "Mounts./app/backend/data"; in alphabetical order, without values,
/// since some are secrets. Image, ids, names, times and state may differ. Compares what engines say, not what was
/// asked.
[[nodiscard]] std::vector<std::string> differences(const json::Json& old, const json::Json& old_image,
                                                   const json::Json& made, const json::Json& new_image);

}  // namespace liftlock::deployment::docker
