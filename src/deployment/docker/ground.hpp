#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/instance.hpp"

/// Whether this process can work on a container's data itself.
namespace liftlock::deployment::docker {

/// What stands between this process and a container's data.
enum class Obstacle {
  denied,     ///< it is on this machine, and this user may not open, or not change it
  elsewhere,  ///< it is not on this machine, as far as this process sees it
};

/// A container whose data is to be worked on, or another one that Liftlock keeps of the same deployment.
struct Ground {
  Instance instance;
  Obstacle obstacle;
};

/// Looks for the deployment `name`, also while a change has taken its name away. nullopt: this process can work on it
/// itself, or a helper could not either (no such container, data in the container, another kind of database), or is not
/// known to (Podman). Errors: the engine's.
[[nodiscard]] Result<std::optional<Ground>> find_ground(Engine& engine, const std::string& name);

}  // namespace liftlock::deployment::docker
