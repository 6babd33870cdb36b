#include "deployment/docker/podman.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "deployment/docker/own_part.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::text_at;

/// Podman calls every runtime so when it talks as Docker does.
bool of_podman(const Json& container) { return text_at(container, {"HostConfig", "Runtime"}) == "oci"; }

/// "15" → "SIGTERM".
std::string signal_name(const std::string& text) {
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  const char* name = whole ? ::sigabbrev_np(number) : nullptr;
  return name == nullptr ? text : fmt::format("SIG{}", name);
}

std::vector<std::string> split(const std::string& text, char at_character) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at_character);) parts.push_back(part);
  return parts.empty() ? std::vector<std::string>{text} : parts;
}

void without_podmans_variables(Json& config) {
  constexpr std::array<std::string_view, 4> podmans = {
      "container=podman", "container=oci", "TERM=xterm",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  const auto variables = config.find("Env");
  if (variables == config.end() || !variables->is_array()) return;
  const std::string host_name = "HOSTNAME=" + text_at(config, {"Hostname"});
  Json kept = Json::array();
  for (const Json& entry : *variables) {
    const bool podmans_own = std::ranges::any_of(podmans, [&](std::string_view own) { return entry == own; });
    if (!podmans_own && entry != host_name) kept.push_back(entry);
  }
  *variables = std::move(kept);
}

/// Volumes that nobody named stand here, too, and options in any order.
void translate_binds(Json& binds) {
  std::set<std::string> kept;
  for (const Json& bind : binds) {
    if (!bind.is_string()) continue;
    std::vector<std::string> parts = split(bind.get<std::string>(), ':');
    if (is_id(parts.front())) continue;
    if (parts.size() == 3) {
      std::vector<std::string> options = split(parts[2], ',');
      std::ranges::sort(options);
      parts[2] = fmt::format("{}", fmt::join(options, ","));
    }
    kept.insert(fmt::format("{}", fmt::join(parts, ":")));
  }
  binds = kept;
}

void translate_host_config(Json& host, const Json& networks) {
  // "bridge" is the kind of network here, and not its name.
  if (text_at(host, {"NetworkMode"}) == "bridge" && networks.is_object() && !networks.empty() &&
      !networks.contains("bridge"))
    host["NetworkMode"] = networks.begin().key();
  // An exposed port stands among the published ones here, with nothing.
  if (const auto ports = host.find("PortBindings"); ports != host.end() && ports->is_object()) {
    for (auto port = ports->begin(); port != ports->end();)
      port = port->is_null() ? ports->erase(port) : std::next(port);
  }
  if (const auto binds = host.find("Binds"); binds != host.end() && binds->is_array()) translate_binds(*binds);
  if (const auto devices = host.find("Devices"); devices != host.end() && devices->is_array()) {
    for (Json& device : *devices) {  // their rights are not told: these are what one has by default
      if (device.is_object() && text_at(device, {"CgroupPermissions"}).empty()) device["CgroupPermissions"] = "rwm";
    }
  }
  // 0 and -1 mean that nobody asked; as a request they would mean something.
  if (at(host, {"MemorySwappiness"}) == 0 || at(host, {"MemorySwappiness"}) == -1) host.erase("MemorySwappiness");
  if (const auto limits = host.find("Ulimits"); limits != host.end() && limits->is_array()) {
    for (Json& limit : *limits) {
      std::string name = text_at(limit, {"Name"});
      if (!name.starts_with("RLIMIT_")) continue;
      name.erase(0, std::strlen("RLIMIT_"));
      for (char& letter : name) letter = static_cast<char>(letter | 0x20);
      limit["Name"] = std::move(name);
    }
  }
}

/// Docker 29 does not name a volume that was bound without a name, but says where it lies: …/volumes/NAME/_data.
void name_volumes(Json& container) {
  const auto mounts = container.find("Mounts");
  if (mounts == container.end() || !mounts->is_array()) return;
  for (Json& mount : *mounts) {
    if (text_at(mount, {"Type"}) != "volume" || !text_at(mount, {"Name"}).empty()) continue;
    const std::filesystem::path source = text_at(mount, {"Source"});
    std::string name = source.parent_path().filename();
    if (source.filename() == "_data" && is_id(name)) mount["Name"] = std::move(name);
  }
}

}  // namespace

Json in_dockers_words(Json container) {
  if (container.is_object()) name_volumes(container);
  if (!of_podman(container)) return container;
  translate_host_config(container["HostConfig"], at(container, {"NetworkSettings", "Networks"}));
  if (!at(container, {"Config"}).is_object()) return container;
  Json& config = container["Config"];
  without_podmans_variables(config);
  if (const std::string signal = text_at(config, {"StopSignal"}); !signal.empty())
    config["StopSignal"] = signal_name(signal);
  return container;
}

Result<std::optional<Json>> inspect_image(Engine& engine, std::string_view image, std::string_view doing) {
  const std::string name = http::percent_encoded(image);
  auto said = TRY(engine.get(fmt::format("/images/{}/json", name), doing));
  if (!said || !engine.is_podman() || !at(*said, {"Config"}).is_object()) return said;
  const auto whole = TRY(engine.get(fmt::format("/libpod/images/{}/json", name), doing));
  if (whole && at(*whole, {"Healthcheck"}).is_object()) (*said)["Config"]["Healthcheck"] = at(*whole, {"Healthcheck"});
  return said;
}

}  // namespace liftlock::deployment::docker
