#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "change/change.hpp"
#include "change/instance_status.hpp"

namespace liftlock::cli {

/// All that there is: every data directory that Liftlock has worked on, every container that is Open WebUI, and the
/// containers that it has worked on and that are gone.
struct Inventory {
  std::vector<std::string> addresses;
  std::string engine;                 ///< that answers, for people; empty: there is none
  std::optional<Error> engine_error;  ///< why its containers are not listed
};

/// Errors: those of finding the state folder.
[[nodiscard]] Result<Inventory> take_inventory();

/// `deployments` (an array) with what is said of the engine, as `status` and `doctor` give them.
[[nodiscard]] nlohmann::ordered_json inventory_json(const Inventory& inventory, nlohmann::ordered_json deployments);

/// Of a data directory, or of what a platform runs.
using AnyStatus = std::variant<change::Status, change::InstanceStatus>;

/// Errors: those of find_installation() and change::status().
[[nodiscard]] Result<AnyStatus> look_at(const std::string& address);

}  // namespace liftlock::cli
