#include "deployment/docker/inspection.hpp"

#include <fmt/core.h>

#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;

constexpr const char* last_with_mac_address = "1.51";

/// Those that `said` lacks.
void add_members(Json& said, const Json& more) {
  if (!said.is_object() || !more.is_object()) return;
  for (const auto& [name, value] : more.items()) {
    if (!said.contains(name)) said[name] = value;
  }
}

}  // namespace

Result<Json> inspect_wholly(Engine& engine, const Container& container) {
  Json said = container.inspected;
  if (engine.is_podman()) return said;
  const std::string path = fmt::format("/containers/{}/json", container.id);
  const std::string doing = fmt::format("Inspecting the container {}", container.name);
  if (const auto older = TRY(engine.get_as(last_with_mac_address, path, doing))) {
    const Json& address = at(*older, {"Config", "MacAddress"});
    if (address.is_string()) said["Config"]["MacAddress"] = address;
  }
  if (engine.newest_api_version() == engine.api_version()) return said;
  if (const auto newer = TRY(engine.get_as(engine.newest_api_version(), path, doing))) {
    for (const char* part : {"Config", "HostConfig"}) add_members(said[part], at(*newer, {part}));
  }
  return said;
}

}  // namespace liftlock::deployment::docker
