#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "migration/script/revision_map.hpp"

namespace liftlock::migration::script {

/// What the version table holds after `alembic stamp TARGET…` on a database whose version table holds `current`,
/// sorted. Names are those of lookup.hpp: base takes away every revision on its branch, heads records several; a target
/// beside those that are there becomes one more row, one above or below them takes their place. Errors: those of
/// lookup.hpp; "revision-unknown" also for a `current` that the graph does not have.
[[nodiscard]] Result<std::vector<std::string>> stamped(const RevisionMap& map, const std::vector<std::string>& targets,
                                                       const std::vector<std::string>& current);

}  // namespace liftlock::migration::script
