#include <algorithm>
#include <array>
#include <set>

#include "deployment/docker/identity.hpp"
#include "deployment/docker/image_defaults.hpp"
#include "deployment/docker/own_part.hpp"
#include "deployment/docker/podman.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::Json;
using json::text_at;

/// Engines write null, nothing and an empty list for the same.
bool nothing(const Json& value) { return value.is_null() || (value.is_structured() && value.empty()) || value == ""; }

bool same(const Json& one, const Json& other) { return one == other || (nothing(one) && nothing(other)); }

class Comparison {
 public:
  std::set<std::string> found;

  void members(const std::string& where, const Json& one, const Json& other) {
    std::set<std::string> names;
    for (const Json* side : {&one, &other}) {
      if (!side->is_object()) continue;
      for (const auto& [name, _] : side->items()) names.insert(name);
    }
    for (const std::string& name : names) {
      if (!same(at(one, {name.c_str()}), at(other, {name.c_str()}))) found.insert(where + "." + name);
    }
  }
};

/// NAME → VALUE of what a process gets: of a name that stands twice, the last.
Json environment(const Json& config) {
  Json variables = Json::object();
  for (const std::string& entry : json::texts_at(config, {"Env"})) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos)
      variables.erase(entry);
    else
      variables[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return variables;
}

void compare_config(Comparison& comparison, Json expected, Json actual) {
  // The image is to differ; triggers and Windows' escapes are the image's and mean nothing to a container.
  for (Json* config : {&expected, &actual}) {
    for (const char* name : {"Image", "ArgsEscaped", "OnBuild"}) config->erase(name);
    if (text_at(*config, {"StopSignal"}).empty()) (*config)["StopSignal"] = "SIGTERM";
    if (text_at(*config, {"WorkingDir"}).empty()) (*config)["WorkingDir"] = "/";
  }
  comparison.members("Config.Env", environment(expected), environment(actual));
  for (const char* name : {"Labels", "ExposedPorts", "Volumes", "Healthcheck"})
    comparison.members(std::string("Config.") + name, at(expected, {name}), at(actual, {name}));
  for (const char* name : {"Env", "Labels", "ExposedPorts", "Volumes", "Healthcheck"}) {
    expected.erase(name);
    actual.erase(name);
  }
  comparison.members("Config", expected, actual);
}

/// What an engine of today fills in where one of former times, which made the old container, said nothing.
constexpr std::array filled_in = {"CgroupnsMode",  "IpcMode", "LogConfig", "MaskedPaths",
                                  "ReadonlyPaths", "Runtime", "ShmSize"};
/// 0 and false say something there that null does not.
constexpr std::array three_valued = {"Init", "MemorySwappiness"};

/// Engines drop options that their kernel or they themselves do not know any more, unless somebody wants something.
void forget_unsaid(Json& expected, Json& actual) {
  for (const char* name : filled_in) {
    const Json& value = at(expected, {name});
    if (nothing(value) || value == 0) actual.erase(name);
  }
  for (Json* host : {&expected, &actual}) {
    for (auto member = host->begin(); member != host->end();) {
      const bool unsaid =
          (*member == 0 || *member == false) && std::ranges::find(three_valued, member.key()) == three_valued.end();
      member = unsaid ? host->erase(member) : std::next(member);
    }
    const std::string mode = text_at(*host, {"NetworkMode"});
    if (mode.empty() || mode == "default") (*host)["NetworkMode"] = "bridge";  // which newer engines call it
  }
}

/// Takes out of `binds` what mounts a nameless volume, by its name or, as the maker said it, without.
void drop_nameless(Json& host, const std::map<std::string, Json>& nameless) {
  for (const char* list : {"Binds", "Mounts"}) {
    Json kept = Json::array();
    for (const Json& entry : at(host, {list})) {
      const std::string destination =
          entry.is_string() ? destination_of(entry.get<std::string>()) : clean_path(text_at(entry, {"Target"}));
      if (!nameless.contains(destination)) {
        kept.push_back(entry);
      } else if (!entry.is_string()) {
        kept.push_back(entry);  // its options count
        kept.back().erase("Source");
      }
    }
    host[list] = std::move(kept);
  }
}

void compare_host_config(Comparison& comparison, const Json& old, const Json& made) {
  Json expected = asked_host_config(old);
  Json actual = asked_host_config(made);
  const auto nameless = nameless_volumes(old);
  drop_nameless(expected, nameless);
  drop_nameless(actual, nameless);
  forget_unsaid(expected, actual);
  comparison.members("HostConfig", expected, actual);
}

/// asked_endpoints() without the host name, which some engines add to the aliases when a container starts.
std::map<std::string, Json> endpoints_to_compare(const Json& container) {
  auto endpoints = asked_endpoints(container);
  const Json& name = at(container, {"Config", "Hostname"});
  for (auto& [_, endpoint] : endpoints) {
    const auto aliases = endpoint.find("Aliases");
    if (aliases == endpoint.end() || !aliases->is_array()) continue;
    aliases->erase(std::remove(aliases->begin(), aliases->end(), name), aliases->end());
    std::sort(aliases->begin(), aliases->end());
  }
  return endpoints;
}

void compare_networks(Comparison& comparison, const Json& old, const Json& made) {
  const auto expected = endpoints_to_compare(old);
  const auto actual = endpoints_to_compare(made);
  for (const auto& [network, endpoint] : expected) {
    const auto found = actual.find(network);
    if (found == actual.end())
      comparison.found.insert("Networks." + network);
    else
      comparison.members("Networks." + network, endpoint, found->second);
  }
  for (const auto& [network, _] : actual) {
    if (!expected.contains(network)) comparison.found.insert("Networks." + network);
  }
}

std::map<std::string, const Json*> mounts_of(const Json& container) {
  std::map<std::string, const Json*> mounts;
  for (const Json& mount : at(container, {"Mounts"})) mounts[clean_path(text_at(mount, {"Destination"}))] = &mount;
  return mounts;
}

bool same_mount(const Json& one, const Json& other) {
  for (const char* name : {"Type", "Name", "Driver", "RW"}) {
    if (!same(at(one, {name}), at(other, {name}))) return false;
  }
  const Json& propagation = at(one, {"Propagation"});
  if (!nothing(propagation) && propagation != at(other, {"Propagation"})) return false;
  // Where a volume lies is the engine's business, and not known of one that was never mounted.
  return text_at(one, {"Type"}) == "volume" || same(at(one, {"Source"}), at(other, {"Source"}));
}

void compare_mounts(Comparison& comparison, const Json& old, const Json& made, const Json& new_image) {
  const auto expected = mounts_of(old);
  const auto actual = mounts_of(made);
  for (const auto& [destination, mount] : expected) {
    const auto found = actual.find(destination);
    if (found == actual.end() || !same_mount(*mount, *found->second)) comparison.found.insert("Mounts." + destination);
  }
  std::set<std::string> of_image;
  if (const Json& volumes = at(new_image, {"Config", "Volumes"}); volumes.is_object()) {
    for (const auto& [path, _] : volumes.items()) of_image.insert(clean_path(path));
  }
  for (const auto& [destination, _] : actual) {
    if (!expected.contains(destination) && !of_image.contains(destination))
      comparison.found.insert("Mounts." + destination);
  }
}

}  // namespace

std::vector<std::string> differences(const Json& said_of_old, const Json& old_image, const Json& said_of_made,
                                     const Json& new_image) {
  const Json old = in_dockers_words(said_of_old);
  const Json made = in_dockers_words(said_of_made);
  Comparison comparison;
  Json expected = with_defaults(own_config(asked_config(old), at(old_image, {"Config"})), at(new_image, {"Config"}));
  Json actual = asked_config(made);
  // A published port counts as exposed on both sides: engines differ in whether they write that down.
  for (const auto& [config, container] : {std::pair{&expected, &old}, {&actual, &made}}) {
    const Json& published = at(*container, {"HostConfig", "PortBindings"});
    if (!published.is_object()) continue;
    for (const auto& [port, _] : published.items()) (*config)["ExposedPorts"][port] = Json::object();
  }
  if (!expected.contains("Shell") && at(actual, {"Shell"}) == at(new_image, {"Config", "Shell"})) actual.erase("Shell");
  compare_config(comparison, std::move(expected), std::move(actual));
  compare_host_config(comparison, old, made);
  compare_networks(comparison, old, made);
  compare_mounts(comparison, old, made, new_image);
  return {comparison.found.begin(), comparison.found.end()};
}

}  // namespace liftlock::deployment::docker
