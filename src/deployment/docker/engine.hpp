#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/http.hpp"
#include "deployment/docker/endpoint.hpp"

namespace liftlock::deployment::docker {

using Json = nlohmann::json;

/// The HTTP API of a container engine: Docker's, or Podman's compatible one.
/// https://docs.docker.com/reference/api/engine/
///
/// Errors: "engine-unreachable", "engine-denied" (its socket may not be used), "engine-tls", "engine-timeout",
/// "engine-error" with the engine's own words, "engine-answer" where it cannot be understood.
class Engine {
 public:
  /// Agrees on the newest version of the API that both sides know. Errors: also "engine-version".
  [[nodiscard]] static Result<Engine> connect(Endpoint endpoint, std::unique_ptr<http::Transport> transport);

  [[nodiscard]] const std::string& api_version() const { return api_version_; }
  /// For people: "Docker Engine 20.10.24 at unix:///var/run/docker.sock".
  [[nodiscard]] std::string description() const;

  /// The answer to GET of `path` ("/containers/json?all=1"). nullopt: the engine has no such thing.
  [[nodiscard]] Result<std::optional<Json>> get(std::string_view path, std::string_view doing);
  /// What HEAD of `path` says in the header `name`. nullopt: the engine has no such thing.
  [[nodiscard]] Result<std::optional<std::string>> header(std::string_view path, std::string_view name,
                                                          std::string_view doing);
  /// The body of GET of `path`, piece by piece; a sink that returns false ends it. False: the engine has no such thing.
  [[nodiscard]] Result<bool> stream(std::string_view path, std::string_view doing,
                                    const std::function<bool(std::string_view)>& sink);

 private:
  Engine(Endpoint endpoint, std::unique_ptr<http::Transport> transport)
      : endpoint_(std::move(endpoint)), transport_(std::move(transport)) {}
  [[nodiscard]] Result<void> negotiate();
  [[nodiscard]] Result<http::Response> ask(http::Request request, std::string_view path, std::string_view doing);

  Endpoint endpoint_;
  std::unique_ptr<http::Transport> transport_;
  std::string api_version_;  ///< "1.41"; empty until it is agreed on
  std::string product_;      ///< "Docker Engine", "Podman Engine"
  std::string version_;
};

}  // namespace liftlock::deployment::docker
