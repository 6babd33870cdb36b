#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "deployment/deployment.hpp"
#include "deployment/platform.hpp"

namespace liftlock::cli {

/// What an address stands for: a data directory, or what a platform runs. Exactly one is set.
struct Installation {
  std::optional<deployment::Deployment> directory;
  std::unique_ptr<deployment::Platform> platform;
  std::string instance;  ///< its name on the platform
};

/// Understands what deployment::full_address() does; a container need not be one that Liftlock could change. Errors:
/// those of deployment::full_address(), of finding a data directory, and the platform's.
[[nodiscard]] Result<Installation> find_installation(const std::string& address);

}  // namespace liftlock::cli
