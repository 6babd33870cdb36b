#include "deployment/docker/endpoint.hpp"

#include <fmt/core.h>

#include <vector>

#include "base/file.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

Endpoint at_socket(const fs::path& socket) {
  return {.name = "unix://" + socket.string(), .base_url = "http://localhost", .unix_socket = socket, .tls = {}};
}

std::unexpected<Error> invalid(const std::string& address, std::string what, std::string next) {
  return std::unexpected(Error{ErrorKind::usage, "engine-address-invalid",
                               fmt::format("Reading DOCKER_HOST={}", address), std::move(what), "Nothing was changed.",
                               std::move(next)});
}

Endpoint over_tcp(const std::string& address, std::string host, const Variables& variables) {
  const bool verify = !variables("DOCKER_TLS_VERIFY").empty();
  const bool encrypted = verify || !variables("DOCKER_TLS").empty();
  while (host.ends_with('/')) host.pop_back();
  // An IPv6 address stands in brackets: its colons are none of a port.
  const std::size_t bracket = host.rfind(']');
  if (host.find(':', bracket == std::string::npos ? 0 : bracket) == std::string::npos)
    host += encrypted ? ":2376" : ":2375";

  Endpoint endpoint{.name = address, .base_url = "http://" + host, .unix_socket = {}, .tls = {}};
  if (!encrypted) return endpoint;
  endpoint.base_url = "https://" + host;
  fs::path certificates = variables("DOCKER_CERT_PATH");
  if (certificates.empty()) certificates = fs::path(variables("HOME")) / ".docker";
  endpoint.tls.verify = verify;
  if (verify) endpoint.tls.authorities = certificates / "ca.pem";
  if (file::exists(certificates / "cert.pem")) {
    endpoint.tls.certificate = certificates / "cert.pem";
    endpoint.tls.key = certificates / "key.pem";
  }
  return endpoint;
}

std::vector<fs::path> usual_sockets(const Variables& variables) {
  const fs::path mine = variables("XDG_RUNTIME_DIR");
  std::vector<fs::path> sockets = {"/var/run/docker.sock"};
  if (!mine.empty()) sockets.push_back(mine / "docker.sock");
  sockets.emplace_back("/run/podman/podman.sock");
  if (!mine.empty()) sockets.push_back(mine / "podman/podman.sock");
  return sockets;
}

}  // namespace

Result<std::optional<Endpoint>> find_endpoint(const Variables& variables) {
  const std::string address = variables("DOCKER_HOST");
  if (address.starts_with("unix://")) return at_socket(address.substr(7));
  if (address.starts_with("tcp://")) return over_tcp(address, address.substr(6), variables);
  if (address.starts_with("ssh://")) {
    return invalid(address, "Liftlock does not speak ssh to an engine.",
                   fmt::format("Let ssh carry its socket here, then name that one:\n"
                               "    ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock {} &\n"
                               "    DOCKER_HOST=unix:///tmp/engine.sock liftlock …",
                               address.substr(6)));
  }
  if (!address.empty())
    return invalid(address, "It is neither unix:///path nor tcp://host:port.", "Correct it, or unset it.");
  for (const fs::path& socket : usual_sockets(variables)) {
    if (file::exists(socket)) return at_socket(socket);
  }
  return std::nullopt;
}

}  // namespace liftlock::deployment::docker
