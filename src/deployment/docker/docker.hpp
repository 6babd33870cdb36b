#pragma once

#include <memory>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/platform.hpp"

namespace liftlock::deployment::docker {

/// The containers of an engine.
[[nodiscard]] std::unique_ptr<Platform> make_platform(Engine engine);

}  // namespace liftlock::deployment::docker
