#include "cli/commands/inventory.hpp"

#include <algorithm>
#include <iterator>

#include "cli/commands/installation.hpp"
#include "cli/render/error.hpp"

namespace liftlock::cli {

namespace {

bool is_container(const std::string& address) { return address.starts_with("docker:"); }

/// The containers of the engine that is here; none where there is no engine.
Result<void> add_containers(Inventory& inventory) {
  const auto engine = TRY(deployment::container_engine());
  if (engine == nullptr) return {};
  for (const std::string& name : TRY(engine->names())) inventory.addresses.push_back("docker:" + name);
  inventory.engine = engine->description();
  return {};
}

Result<AnyStatus> as_any(auto status) {
  if (!status) return std::unexpected(std::move(status).error());
  return AnyStatus(*std::move(status));
}

}  // namespace

Result<Inventory> take_inventory() {
  const std::filesystem::path home = TRY(deployment::home_folder());
  const std::vector<std::string> known = TRY(deployment::known_addresses(home));
  Inventory inventory;
  std::ranges::remove_copy_if(known, std::back_inserter(inventory.addresses), is_container);
  if (auto added = add_containers(inventory); !added) inventory.engine_error = std::move(added).error();
  for (const std::string& address : known) {
    if (std::ranges::find(inventory.addresses, address) == inventory.addresses.end())
      inventory.addresses.push_back(address);
  }
  return inventory;
}

nlohmann::ordered_json inventory_json(const Inventory& inventory, nlohmann::ordered_json deployments) {
  using Json = nlohmann::ordered_json;
  return {{"deployments", std::move(deployments)},
          {"engine", inventory.engine.empty() ? Json() : Json(inventory.engine)},
          {"engine_error", inventory.engine_error ? error_json(*inventory.engine_error)["error"] : Json()}};
}

Result<AnyStatus> look_at(const std::string& address) {
  const Installation found = TRY(find_installation(address));
  if (found.directory) return as_any(change::status(*found.directory));
  return as_any(change::status(*found.platform, found.instance, TRY(deployment::home_folder())));
}

}  // namespace liftlock::cli
