#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "deployment/driver.hpp"
#include "release/catalogue.hpp"
#include "release/program_chain.hpp"

namespace liftlock::change {

/// Where a plan leads.
struct PlanTarget {
  /// nullopt: only the program itself could tell which it is or what it brings, and it is not here.
  std::optional<release::Release> release;
  std::optional<deployment::Target> program;  ///< that comes with it, where something runs the program
  /// What the program brings, where it was read from it: the catalogue does not know the release.
  std::optional<release::ProgramChain> migrations;
};

/// Which release a wish comes to: of a container, what its registry has; of a data directory, what this program knows.
/// Errors: "version-unknown" (usage) with the nearest names, "version-pinned" (refused), "release-newer" (refused) for
/// one that is not in the catalogue and whose program does not tell what it brings, and those of read_migrations(),
/// Runner::resolve() and PlanOptions::bring.
[[nodiscard]] Result<PlanTarget> find_target(deployment::Driver& driver, const std::string& wanted,
                                             const PlanOptions& options);

}  // namespace liftlock::change
