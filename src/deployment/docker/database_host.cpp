#include "deployment/docker/database_host.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/json.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/settings.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::text_at;
using json::texts_at;

constexpr const char* doing = "Looking for the database server of a container";

bool is_loopback(const std::string& host) {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool shares_machine_network(const Json& container) {
  return text_at(container, {"HostConfig", "NetworkMode"}) == "host";
}

/// An address of the container itself; the first of its networks that has one.
std::string address_of(const Json& container) {
  for (const auto& [name, network] : at(container, {"NetworkSettings", "Networks"}).items()) {
    if (const std::string address = text_at(network, {"IPAddress"}); !address.empty()) return address;
  }
  return {};
}

std::string gateway_of(const Json& container) {
  for (const auto& [name, network] : at(container, {"NetworkSettings", "Networks"}).items()) {
    if (const std::string address = text_at(network, {"Gateway"}); !address.empty()) return address;
  }
  return {};
}

/// "name:address", as `--add-host` has it; "host-gateway" stands for the machine.
std::string added_host(const Json& container, const std::string& host) {
  for (const std::string& entry : texts_at(container, {"HostConfig", "ExtraHosts"})) {
    const std::size_t end = entry.find_first_of(":=");
    if (entry.substr(0, end) != host || end == std::string::npos) continue;
    const std::string address = entry.substr(end + 1);
    return address == "host-gateway" ? gateway_of(container) : address;
  }
  return {};
}

/// "/db:/open-webui/postgres", as `--link` has it: the name of the other container.
std::string linked(const Json& container, const std::string& host) {
  for (const std::string& link : texts_at(container, {"HostConfig", "Links"})) {
    const std::size_t colon = link.find(':');
    if (colon != std::string::npos && link.substr(link.rfind('/') + 1) == host) return link.substr(1, colon - 1);
  }
  return {};
}

bool bears(const Json& neighbour, const Json& network, const std::string& host) {
  const std::vector<std::string> aliases = texts_at(network, {"Aliases"});
  const std::vector<std::string> names = texts_at(network, {"DNSNames"});
  return name_of(neighbour) == host || std::ranges::find(aliases, host) != aliases.end() ||
         std::ranges::find(names, host) != names.end();
}

HostPlace at_container(const Json& container, std::string address) {
  if (address.empty()) return {};
  std::string through = fmt::format("the container {} ({})", name_of(container), address);
  return {.address = std::move(address), .through = std::move(through)};
}

HostPlace find_neighbour(const Json& container, const std::vector<Json>& neighbours, const std::string& host) {
  const Json& networks = at(container, {"NetworkSettings", "Networks"});
  const std::string link = linked(container, host);
  for (const Json& neighbour : neighbours) {
    for (const auto& [name, network] : at(neighbour, {"NetworkSettings", "Networks"}).items()) {
      if (!networks.is_object() || !networks.contains(name)) continue;
      // On the network that every container is on by default, names mean nothing, but for those of links.
      const bool known = name == "bridge" ? name_of(neighbour) == link : bears(neighbour, network, host);
      if (known) return at_container(neighbour, text_at(network, {"IPAddress"}));
    }
  }
  return {};
}

std::string parameter(const database::Url& url, const std::string& name) {
  const auto found = std::ranges::find(url.parameters, name, [](const auto& one) { return one.first; });
  return found == url.parameters.end() ? std::string() : found->second;
}

Result<std::vector<Json>> neighbours_of(Engine& engine) {
  const auto listed = TRY(engine.get("/containers/json", doing));
  std::vector<Json> neighbours;
  if (!listed) return neighbours;
  for (const Json& one : *listed) {
    auto container = TRY(engine.get(fmt::format("/containers/{}/json", text_at(one, {"Id"})), doing));
    if (container) neighbours.push_back(*std::move(container));
  }
  return neighbours;
}

}  // namespace

HostPlace find_host(const Json& container, const std::vector<Json>& neighbours, const std::string& host) {
  if (shares_machine_network(container)) return {};
  if (host.starts_with('/')) return {};  // a socket's folder
  if (is_loopback(host)) return at_container(container, address_of(container));
  if (const std::string address = added_host(container, host); !address.empty())
    return {.address = address, .through = address};
  return find_neighbour(container, neighbours, host);
}

Result<std::optional<PostgresAccess>> find_postgres(Engine& engine, const std::string& id) {
  const auto container = TRY(engine.get(fmt::format("/containers/{}/json", id), doing));
  if (!container) return std::nullopt;
  const Environment environment = environment_of(texts_at(*container, {"Config", "Env"}));
  auto access = TRY(postgres_access(read_database_settings([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  })));
  if (!access || !parameter(access->url, "hostaddr").empty()) return access;
  const HostPlace place = find_host(*container, TRY(neighbours_of(engine)), parameter(access->url, "host"));
  if (place.address.empty()) return access;
  access->url.parameters.emplace_back("hostaddr", place.address);
  access->through = place.through;
  return access;
}

}  // namespace liftlock::deployment::docker
