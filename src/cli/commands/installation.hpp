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

/// Understands dir:DATA_DIR, docker:NAME, and the bare path or name where only one of them fits. Errors:
/// "deployment-ambiguous" (usage) where both do, those of deployment::find(), the platform's, and "engine-missing"
/// where docker: is asked for and no engine is there.
[[nodiscard]] Result<Installation> find_installation(const std::string& address);

}  // namespace liftlock::cli
