#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "deployment/docker/identity.hpp"

/// What makes a container in which a program is only tried. Pure functions over what an engine says.
namespace liftlock::deployment::docker {

/// A folder of this machine in a container.
struct Bind {
  std::filesystem::path source;
  std::filesystem::path destination;
  bool read_only = false;
};

struct TrialPlan {
  std::string name;                      ///< of the container, and of the network that it is alone on
  std::string mark;                      ///< value of the label that says whose trial it is
  std::string image;                     ///< its id
  std::string secret;                    ///< WEBUI_SECRET_KEY
  std::filesystem::path data_directory;  ///< in the container
  std::vector<Bind> binds;               ///< the data, and what of the deployment's own data may be looked at
};

/// The label of all that is made for a trial.
inline constexpr const char* trial_label = "liftlock.trial";

/// A network without a way out.
[[nodiscard]] Order trial_network(const TrialPlan& plan);

/// `old` as it is in what decides whether the program works: command, environment, user, limits of memory and
/// processor, rights that were taken away, mounts (read-only, but for the data). Without all that others would see of
/// it: ports, networks, names, labels, devices, a restart policy, a log that goes elsewhere. In its environment,
/// what leads to other servers is taken away, and what it would do by itself is turned off (docs/design/containers.md).
[[nodiscard]] Order trial_creation(const json::Json& old, const json::Json& old_image, const json::Json& new_image,
                                   const TrialPlan& plan);

}  // namespace liftlock::deployment::docker
