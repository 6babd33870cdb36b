#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "change/change.hpp"
#include "change/plan.hpp"
#include "change/report.hpp"
#include "snapshot/snapshot.hpp"

/// What a change wants of snapshots.
namespace liftlock::change {

/// What there is to be saved of a deployment whose database is in this state.
[[nodiscard]] Result<snapshot::Source> source_of(const deployment::Deployment& deployment,
                                                 const migration::DatabaseState& state,
                                                 const std::vector<std::string>& releases);

[[nodiscard]] SnapshotFigures figures_of(const snapshot::Snapshot& snapshot, double seconds);

/// Brings the data directory's files (not the database) back to what the snapshot holds. What was there is moved aside.
/// Cannot be cancelled: most often it undoes what was.
[[nodiscard]] Result<snapshot::Restored> restore_files(const snapshot::Snapshot& snapshot,
                                                       const deployment::Deployment& deployment, Context& context);

}  // namespace liftlock::change
