#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "deployment/deployment.hpp"

namespace liftlock::deployment {

/// How a deployment is run: what a change asks of a container engine, a compose file, a virtual environment, or of
/// nobody at all. Every call looks at the world anew; an error leaves things as they were.
class Driver {
 public:
  virtual ~Driver() = default;

  /// Where the data is and with what it runs. Changes nothing.
  [[nodiscard]] virtual Result<Deployment> inspect() = 0;

  /// Whether this driver can stop and start the program. Where not, it must already be stopped.
  [[nodiscard]] virtual bool runs_the_program() const = 0;

  /// The processes that have the database open now, the deployment's own program included.
  [[nodiscard]] virtual Result<process::Users> users(const Deployment& deployment) = 0;

  /// Stops the program and returns when it has let go of the database; nothing to do where nothing runs.
  [[nodiscard]] virtual Result<void> stop(std::chrono::seconds patience) = 0;

  /// Starts the program as release `version` on the same data; returns when it answers with that version.
  [[nodiscard]] virtual Result<void> start(std::string_view version, std::chrono::seconds patience) = 0;
};

/// The driver for a deployment that was found.
[[nodiscard]] Result<std::unique_ptr<Driver>> make_driver(const Deployment& deployment);

}  // namespace liftlock::deployment
