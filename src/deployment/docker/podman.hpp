#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"

/// Where Podman's compatible API says things in other words than Docker's, or not at all; and the newest Docker's than
/// those before.
namespace liftlock::deployment::docker {

/// A container's inspection in Docker's words; Docker's own stays as it is, but that every volume is named. Without
/// what Podman puts into every container's environment. What Podman does not say stays unsaid: which addresses were
/// asked for, a device's rights, and which volumes come from another container (they stand among HostConfig.Binds).
[[nodiscard]] Json in_dockers_words(Json container);

/// What the engine says of an image, whole: Podman leaves out its health check where Docker's clients look for it.
/// nullopt: the engine has no such image.
[[nodiscard]] Result<std::optional<Json>> inspect_image(Engine& engine, std::string_view image, std::string_view doing);

}  // namespace liftlock::deployment::docker
