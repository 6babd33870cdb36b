#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "deployment/docker/orders.hpp"

/// Which containers of Podman's can be replaced. Its compatible API (4.3) tells less than Docker's of what a container
/// was asked to be, and can change no restart policy.
namespace liftlock::deployment::docker {

/// Why a new container could lack something of this one, or this one start by itself while it is kept; nullopt: neither
/// can be. `said` is what GET /libpod/containers/ID/json says. The command that made it is gone through word by word:
/// an option that is not known to be told and carried over counts as one that is not. Of one that was made through the
/// API there is no command: what such a request can ask for without its being told are addresses on a network, and a
/// device's rights.
[[nodiscard]] std::optional<std::string> why_not_replaceable(const Json& said);

/// Errors: "podman-untold" (refused). Another engine's container is fit.
[[nodiscard]] Result<void> refuse_unfit_of_podman(Engine& engine, const Container& container);

}  // namespace liftlock::deployment::docker
