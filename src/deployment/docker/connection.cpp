#include "deployment/docker/connection.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace liftlock::deployment::docker {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<std::optional<Connection>> connect_engine() {
  auto endpoint = TRY(find_endpoint(variable));
  if (!endpoint) return std::nullopt;
  auto transport = TRY(http::make_transport());
  auto engine = TRY(Engine::connect(*endpoint, std::move(transport)));
  return Connection{*std::move(endpoint), std::move(engine)};
}

Result<Connection> required_engine(std::string_view doing) {
  auto connection = TRY(connect_engine());
  if (connection) return *std::move(connection);
  return failure("engine-missing", std::string(doing),
                 "There is no container engine on this machine, as far as this user can see.",
                 "Start it, or name its address: DOCKER_HOST=unix:///path liftlock …");
}

std::string Connection::host() const {
  std::string host = endpoint.base_url;
  if (const auto scheme = host.find("://"); scheme != std::string::npos) host.erase(0, scheme + 3);
  return host.substr(0, host.rfind(':'));
}

Result<std::optional<std::string>> engine_identity() {
  const auto endpoint = TRY(find_endpoint(variable));
  if (!endpoint) return std::nullopt;
  if (endpoint->unix_socket.empty()) return endpoint->base_url;
  std::error_code code;
  const auto socket = std::filesystem::weakly_canonical(endpoint->unix_socket, code);
  return (code ? endpoint->unix_socket : socket).string();
}

}  // namespace liftlock::deployment::docker
