#pragma once

#include "base/error.hpp"
#include "base/progress.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/runner.hpp"
#include "registry/repository.hpp"

/// Which image a container is to be made of next, and bringing it. The contract is that of Runner::resolve() and
/// Runner::fetch().
namespace liftlock::deployment::docker {

/// What a wish for `container` comes to. Of an image that is here, what is in it counts, else its label: but only where
/// it is one of Open WebUI's own tags, or names a release; a label of somebody's own image may say anything.
[[nodiscard]] Result<Target> resolve_wish(Engine& engine, const Container& container, const Wish& wish,
                                          const registry::Repositories& repositories);

/// Pulls it by its digest, if it is not here, and looks into it. `instance`: see OpenedImage.
[[nodiscard]] Result<void> bring_image(Engine& engine, const std::string& instance, Target& target, Progress& progress);

/// What has the name of the target on the engine, and is not it; empty: nothing.
[[nodiscard]] Result<std::string> displaced_by(Engine& engine, const Target& target);

}  // namespace liftlock::deployment::docker
