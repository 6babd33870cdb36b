#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "deployment/docker/endpoint.hpp"
#include "deployment/docker/engine.hpp"

namespace liftlock::deployment::docker {

/// An engine, and where it listens.
struct Connection {
  Endpoint endpoint;
  Engine engine;

  /// Whether the engine is on this machine, as far as its address tells: it listens on a unix socket.
  [[nodiscard]] bool local() const { return !endpoint.unix_socket.empty(); }
  /// The machine that the engine is on, as its address names it: "engine.example" of "https://engine.example:2376".
  [[nodiscard]] std::string host() const;
};

/// The engine that DOCKER_HOST names, or that answers at its usual place; nullopt where there is none. Errors: those of
/// find_endpoint and Engine::connect.
[[nodiscard]] Result<std::optional<Connection>> connect_engine();

/// The same where one is needed. Errors: also "engine-missing".
[[nodiscard]] Result<Connection> required_engine(std::string_view doing);

/// What tells this engine from others, whichever of its socket's names is used; nullopt where none is to be asked.
[[nodiscard]] Result<std::optional<std::string>> engine_identity();

}  // namespace liftlock::deployment::docker
