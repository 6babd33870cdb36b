#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/http.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/runner.hpp"

/// Waiting for the program in a container to answer.
namespace liftlock::deployment::docker {

/// Where this machine can ask it: at its published ports, and, with an engine on this machine, at its own addresses.
/// "http://127.0.0.1:3000"; none where neither is there, or it does not run.
[[nodiscard]] std::vector<std::string> addresses_of(const Json& inspected, bool local, const std::string& engine_host);

/// Whether anybody will be able to tell if it works, once it runs: by an address, or the engine by its health check.
[[nodiscard]] bool can_be_asked(const Container& container, bool local);

/// The first of the addresses that answers that it is healthy, with its version. nullopt: none does.
[[nodiscard]] std::optional<Answer> ask(http::Transport& transport, const std::vector<std::string>& addresses);

struct WatchRequest {
  std::string id;
  std::string version;  ///< that it must answer; empty: any
  bool local = true;
  std::string engine_host;
};
/// Errors: those of Runner::watch.
[[nodiscard]] Result<Answer> wait_for_answer(Engine& engine, http::Transport& transport, const WatchRequest& request,
                                             const Watch& watch);

}  // namespace liftlock::deployment::docker
