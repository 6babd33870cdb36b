#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/http.hpp"

namespace liftlock::deployment::docker {

/// Where a container engine listens.
struct Endpoint {
  std::string name;                   ///< as DOCKER_HOST says it: "unix:///var/run/docker.sock"
  std::string base_url;               ///< "http://localhost", "https://engine.example:2376"
  std::filesystem::path unix_socket;  ///< empty: TCP
  http::Tls tls;
};

/// A variable of the environment; empty where it is not set.
using Variables = std::function<std::string(const char*)>;

/// From DOCKER_HOST (unix:///path, tcp://host[:port]), DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH, as the
/// docker command reads them; without DOCKER_HOST, the first socket that is there of: Docker's, Docker's without root,
/// Podman's, Podman's without root. nullopt: none is. Errors: "engine-address-invalid" (usage).
[[nodiscard]] Result<std::optional<Endpoint>> find_endpoint(const Variables& variables);

}  // namespace liftlock::deployment::docker
