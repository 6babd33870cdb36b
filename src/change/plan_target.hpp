#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "deployment/driver.hpp"
#include "release/catalogue.hpp"

namespace liftlock::change {

/// Where a plan leads.
struct PlanTarget {
  /// nullopt: only the program itself could tell, and it is not here.
  std::optional<release::Release> release;
  std::optional<deployment::Target> program;  ///< that comes with it, where something runs the program
};

/// Which release a wish comes to: of a container, what its registry has; of a data directory, what this program knows.
/// Errors: "version-unknown" (usage) with the nearest names, "version-pinned" (refused), "release-newer" (refused) for
/// one that is not known here, and those of Runner::resolve() and PlanOptions::bring.
[[nodiscard]] Result<PlanTarget> find_target(deployment::Driver& driver, const std::string& wanted,
                                             const PlanOptions& options);

}  // namespace liftlock::change
