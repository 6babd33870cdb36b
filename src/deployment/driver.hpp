#pragma once

#include <memory>

#include "base/error.hpp"
#include "base/process.hpp"
#include "deployment/deployment.hpp"
#include "deployment/runner.hpp"

namespace liftlock::deployment {

/// How a deployment is run: by a container engine, later a compose file or a virtual environment, or by nobody at all.
/// Every call looks at the world anew.
class Driver {
 public:
  virtual ~Driver() = default;

  /// Who stops, starts and replaces the program; nullptr where nobody does, so that it must already be stopped.
  [[nodiscard]] virtual Runner* runner() { return nullptr; }

  /// The processes that have the database open now, the deployment's own program included.
  [[nodiscard]] virtual Result<process::Users> users(const Deployment& deployment) = 0;

  /// Those of them that a stop of the deployment's own program leaves behind.
  [[nodiscard]] virtual Result<process::Users> strangers(const Deployment& deployment) { return users(deployment); }
};

/// The driver for a deployment that was found. Errors: those of reaching what runs it.
[[nodiscard]] Result<std::unique_ptr<Driver>> make_driver(const Deployment& deployment);

}  // namespace liftlock::deployment
