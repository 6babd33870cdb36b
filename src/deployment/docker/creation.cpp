#include <fmt/core.h>

#include <algorithm>

#include "base/http.hpp"
#include "deployment/docker/identity.hpp"
#include "deployment/docker/image_defaults.hpp"
#include "deployment/docker/own_part.hpp"
#include "deployment/docker/podman.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::Json;
using json::text_at;

/// "NAME:/data"; a destination that this form cannot say becomes a mount.
void mount_by_name(Json& host, const std::string& destination, const Json& volume) {
  const std::string name = text_at(volume, {"Name"});
  const bool read_only = at(volume, {"RW"}) == false;
  if (destination.contains(':')) {
    if (!host["Mounts"].is_array()) host["Mounts"] = Json::array();
    host["Mounts"].push_back({{"Type", "volume"}, {"Source", name}, {"Target", destination}, {"ReadOnly", read_only}});
    return;
  }
  if (!host["Binds"].is_array()) host["Binds"] = Json::array();
  std::string bind = fmt::format("{}:{}{}", name, destination, read_only ? ":ro" : "");
  for (Json& listed : host["Binds"]) {
    if (listed.is_string() && destination_of(listed.get<std::string>()) == destination) {
      listed = std::move(bind);
      return;
    }
  }
  host["Binds"].push_back(std::move(bind));
}

/// The element of HostConfig.Mounts at that destination; nullptr: there is none.
Json* mount_at(Json& host, const std::string& destination) {
  if (!host.contains("Mounts") || !host["Mounts"].is_array()) return nullptr;
  for (Json& mount : host["Mounts"]) {
    if (clean_path(text_at(mount, {"Target"})) == destination) return &mount;
  }
  return nullptr;
}

Json host_config(const Json& old) {
  Json host = asked_host_config(old);
  for (const auto& [destination, volume] : nameless_volumes(old)) {
    if (Json* mount = mount_at(host, destination)) {
      (*mount)["Source"] = text_at(volume, {"Name"});
    } else {
      mount_by_name(host, destination, volume);
    }
  }
  return host;
}

/// A published port that is exposed stays so, be it only by the old image: `docker run -p` exposes what it publishes.
void expose_published(Json& config, const Json& old) {
  const Json& published = at(old, {"HostConfig", "PortBindings"});
  const Json& exposed = at(old, {"Config", "ExposedPorts"});
  if (!published.is_object() || !exposed.is_object()) return;
  for (const auto& [port, options] : exposed.items()) {
    if (published.contains(port)) config["ExposedPorts"][port] = options;
  }
}

std::vector<Order> connect_orders(const Json& old, std::string_view name, const std::optional<std::string>& first) {
  std::vector<Order> orders;
  const auto endpoints = asked_endpoints(old);
  for (const auto& [network, endpoint] : endpoints) {
    if (network == first) continue;
    orders.push_back({fmt::format("/networks/{}/connect", http::percent_encoded(network)),
                      {{"Container", name}, {"EndpointConfig", endpoint}}});
  }
  const std::string mode = text_at(old, {"HostConfig", "NetworkMode"});
  const bool joins = mode != "host" && mode != "none" && !mode.starts_with("container:");
  const bool known = at(old, {"NetworkSettings", "Networks"}).is_object();
  if (joins && known && !first && at(old, {"Config", "NetworkDisabled"}) != true) {
    const std::string network = mode == "default" || mode.empty() ? "bridge" : mode;
    orders.push_back({fmt::format("/networks/{}/disconnect", http::percent_encoded(network)),
                      {{"Container", name}, {"Force", true}}});
  }
  return orders;
}

}  // namespace

Creation creation_of(const Json& said, const Json& old_image, std::string_view image, std::string_view name) {
  const Json old = in_dockers_words(said);
  Json body = own_config(asked_config(old), at(old_image, {"Config"}));
  body["Image"] = image;
  body["HostConfig"] = host_config(old);
  expose_published(body, old);

  const std::optional<std::string> first = first_network(old);
  if (const auto endpoints = asked_endpoints(old); first && endpoints.contains(*first)) {
    Json endpoint = endpoints.at(*first);
    // Engines of API 1.44 on, which are known by this member, want the address here, and those before at the top.
    const std::string address = text_at(body, {"MacAddress"});
    if (!address.empty() && at(old, {"NetworkSettings", "Networks"})[*first].contains("DNSNames")) {
      endpoint["MacAddress"] = address;
      body.erase("MacAddress");
    }
    if (!endpoint.empty()) body["NetworkingConfig"] = {{"EndpointsConfig", {{*first, std::move(endpoint)}}}};
  }
  return {.create = {fmt::format("/containers/create?name={}", http::percent_encoded(name)), std::move(body)},
          .networks = connect_orders(old, name, first)};
}

}  // namespace liftlock::deployment::docker
