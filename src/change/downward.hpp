#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "change/rehearsal.hpp"
#include "change/run.hpp"

/// Going back to what a snapshot holds: a change to an older release, and the files of a rollback.
namespace liftlock::change {

/// Has what migrating down leaves behind agreed to. Errors: "would-lose-data" (refused) with the counts.
[[nodiscard]] Result<void> agree_to_drops(const Request& request, const Plan& plan, Context& context);

/// Looks again after the data changed since agree_to_drops. Errors: "would-lose-data" (refused) where more is left
/// behind now than was agreed to.
[[nodiscard]] Result<void> refuse_further_drops(const Plan& plan, const std::filesystem::path& database);

/// Puts the database of the plan's restore point at `to`, which proves that snapshot.
[[nodiscard]] Result<void> provide_restore_point(const Plan& plan, const std::filesystem::path& to, Context& context);

/// Counts what is newer than the restore point and would be left behind, and has it agreed to.
/// Errors: "would-lose-data" (refused) with the counts.
[[nodiscard]] Result<void> agree_to_losses(Run& run, const Plan& plan, const Rehearsal& rehearsal, bool accepted);

/// Brings the files of the data directory back to what the snapshot holds; journaled, and repeatable after an
/// interruption. An error leaves the change unfinished (kind needs_hand): `liftlock resume` goes on.
[[nodiscard]] Result<void> bring_back_files(Run& run, const std::filesystem::path& snapshot_folder);

}  // namespace liftlock::change
