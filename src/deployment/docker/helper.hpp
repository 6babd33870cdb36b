#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "deployment/docker/attachment.hpp"
#include "deployment/docker/connection.hpp"
#include "deployment/docker/ground.hpp"

/// Where this process may not open a container's data, or the engine is on another machine, Liftlock works in a helper:
/// a container of the image that the deployment runs, with this very program in it, beside the data.
/// docs/design/containers.md
namespace liftlock::deployment::docker {

/// A command that is run in a helper.
struct Errand {
  std::string instance;                       ///< name of the deployment's container
  std::vector<std::string> words;             ///< the command line without the program's name
  std::vector<std::string> environment = {};  ///< "NAME=value"
  std::string configuration = {};             ///< what its /etc/liftlock/config.toml holds; empty: none
  std::string credentials = {};               ///< what its config.json of `docker login` holds; empty: none. A secret
  bool keeps_state = false;                   ///< it may write down something that has to stay
};

/// Runs it to its end; its exit status. Nothing of the helper stays. Errors: the engine's, before it was started, and
/// "helper-refused" (no socket of the engine on its machine, another processor, an engine too old); after that
/// "helper-lost", of kind needs_hand where it keeps state: it may still be running, or was killed.
[[nodiscard]] Result<int> run_in_helper(Connection& connection, const Ground& ground, const Errand& errand,
                                        const Company& company);

/// In a helper: whether the engine that this process speaks to is the one that runs it. Error: "helper-refused".
[[nodiscard]] Result<void> check_own_engine(Engine& engine, const std::string& helper);

}  // namespace liftlock::deployment::docker
