#pragma once

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/docker/orders.hpp"

namespace liftlock::deployment::docker {

/// All that the engine knows of what `container` was asked to be, for creation_of() and differences(). The agreed
/// version of the API does not tell everything: since 1.52 not the MAC address that was asked for, which is added
/// as 1.51 tells it (Config.MacAddress); and options that are younger than that version are added as the engine's own
/// newest one tells them. A request cannot say those yet, so that differences() finds them missing instead of their
/// being lost.
[[nodiscard]] Result<Json> inspect_wholly(Engine& engine, const Container& container);

}  // namespace liftlock::deployment::docker
