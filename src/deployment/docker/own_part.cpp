#include "deployment/docker/own_part.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::Json;
using json::text_at;

constexpr std::size_t short_id_size = 12;

std::string short_id(const Json& container) { return text_at(container, {"Id"}).substr(0, short_id_size); }

std::string network_mode(const Json& container) { return text_at(container, {"HostConfig", "NetworkMode"}); }

/// What an endpoint is while the container runs, and nobody asked for.
constexpr std::array operational = {"NetworkID",   "EndpointID",  "Gateway",           "IPAddress",
                                    "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen",
                                    "MacAddress",  "DNSNames"};

Json asked_endpoint(const Json& endpoint, const std::string& automatic_alias) {
  Json asked = endpoint.is_object() ? endpoint : Json::object();
  for (const char* name : operational) asked.erase(name);
  if (const auto aliases = asked.find("Aliases"); aliases != asked.end() && aliases->is_array())
    aliases->erase(std::remove(aliases->begin(), aliases->end(), Json(automatic_alias)), aliases->end());
  for (auto member = asked.begin(); member != asked.end();)
    member = member->is_null() || member->empty() || *member == "" ? asked.erase(member) : std::next(member);
  return asked;
}

std::string link_as_asked(const std::string& link) {
  const std::size_t colon = link.find(':');
  if (!link.starts_with('/') || colon == std::string::npos) return link;
  return link.substr(1, colon - 1) + ":" + link.substr(link.rfind('/') + 1);
}

}  // namespace

bool is_id(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string clean_path(const std::string& path) {
  std::string clean = std::filesystem::path(path).lexically_normal().string();
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  return clean;
}

std::string destination_of(const std::string& bind) {
  const std::size_t first = bind.find(':');
  if (first == std::string::npos) return clean_path(bind);
  const std::size_t second = bind.find(':', first + 1);
  return clean_path(bind.substr(first + 1, second == std::string::npos ? second : second - first - 1));
}

Json asked_config(const Json& container) {
  Json config = at(container, {"Config"});
  if (!config.is_object()) return Json::object();
  const bool of_another = network_mode(container).starts_with("container:");
  const bool of_the_machine = text_at(container, {"HostConfig", "UTSMode"}) == "host";
  if (of_another || of_the_machine || text_at(config, {"Hostname"}) == short_id(container)) config.erase("Hostname");
  if (of_another) config.erase("Domainname");
  return config;
}

Json asked_host_config(const Json& container) {
  Json host = at(container, {"HostConfig"});
  if (!host.is_object()) return Json::object();
  if (const auto links = host.find("Links"); links != host.end() && links->is_array()) {
    for (Json& link : *links) {
      if (link.is_string()) link = link_as_asked(link.get<std::string>());
    }
    std::sort(links->begin(), links->end());  // engines give them in any order
  }
  return host;
}

std::map<std::string, Json> asked_endpoints(const Json& container) {
  std::map<std::string, Json> endpoints;
  const std::string mode = network_mode(container);
  const Json& networks = at(container, {"NetworkSettings", "Networks"});
  if (mode == "host" || mode == "none" || mode.starts_with("container:") || !networks.is_object()) return endpoints;
  const std::string automatic_alias = short_id(container);
  for (const auto& [name, endpoint] : networks.items()) endpoints[name] = asked_endpoint(endpoint, automatic_alias);
  return endpoints;
}

std::optional<std::string> first_network(const Json& container) {
  const std::string mode = network_mode(container);
  const std::string name = mode == "default" || mode.empty() ? "bridge" : mode;
  const Json& networks = at(container, {"NetworkSettings", "Networks"});
  if (!networks.is_object()) return std::nullopt;
  if (networks.contains(name)) return name;
  // The mode may be a network's id, which is not said of the networks of a container that was never started.
  std::optional<std::string> perhaps;
  for (const auto& [listed, endpoint] : networks.items()) {
    const std::string id = text_at(endpoint, {"NetworkID"});
    if (id == name) return listed;
    if (id.empty() && !perhaps) perhaps = listed;
  }
  return is_id(name) ? perhaps : std::nullopt;
}

std::map<std::string, Json> nameless_volumes(const Json& container) {
  std::set<std::string> named;
  std::set<std::string> declared;
  for (const std::string& bind : json::texts_at(container, {"HostConfig", "Binds"}))
    (bind.contains(':') ? named : declared).insert(destination_of(bind));
  for (const Json& mount : at(container, {"HostConfig", "Mounts"})) {
    (text_at(mount, {"Source"}).empty() ? declared : named).insert(clean_path(text_at(mount, {"Target"})));
  }
  const Json& volumes = at(container, {"Config", "Volumes"});
  if (volumes.is_object()) {
    for (const auto& [path, _] : volumes.items()) declared.insert(clean_path(path));
  }
  // What another container lends comes with VolumesFrom.
  const bool borrows = !at(container, {"HostConfig", "VolumesFrom"}).empty();
  std::map<std::string, Json> nameless;
  for (const Json& mount : at(container, {"Mounts"})) {
    const std::string destination = clean_path(text_at(mount, {"Destination"}));
    const bool volume = text_at(mount, {"Type"}) == "volume" && !text_at(mount, {"Name"}).empty();
    if (volume && !named.contains(destination) && (!borrows || declared.contains(destination)))
      nameless[destination] = mount;
  }
  return nameless;
}

}  // namespace liftlock::deployment::docker
