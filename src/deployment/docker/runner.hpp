#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/driver.hpp"

namespace liftlock::deployment::docker {

/// The driver of a container. Errors: those of required_engine().
[[nodiscard]] Result<std::unique_ptr<Driver>> make_driver(const Deployment& deployment);

}  // namespace liftlock::deployment::docker
