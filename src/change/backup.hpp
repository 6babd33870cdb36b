#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "change/change.hpp"
#include "deployment/deployment.hpp"
#include "snapshot/snapshot.hpp"

/// Snapshots for their own sake, apart from any change.
namespace liftlock::change {

/// A snapshot that was taken, and proven by restoring it into scratch.
struct Backup {
  snapshot::Snapshot snapshot;
  snapshot::Proof proof;
  double seconds = 0;  ///< of taking it, the proof not included
};

/// Takes a snapshot of a deployment, which may be running, and proves it; one that cannot be proven stays, for looking
/// at. Errors: "unfinished-change", "locked", those of snapshot::take and snapshot::prove.
[[nodiscard]] Result<Backup> back_up(const deployment::Deployment& deployment, Context& context);

/// A snapshot by its name ("backup-…", its stamp, "latest") among the deployment's, or by the path of its folder.
[[nodiscard]] Result<snapshot::Snapshot> find_backup(const deployment::Deployment& deployment, const std::string& name);
/// The same among those of every known deployment. Errors also: "snapshot-ambiguous" (usage).
[[nodiscard]] Result<snapshot::Snapshot> find_backup_anywhere(const std::filesystem::path& home,
                                                              const std::string& name);

/// Proves a snapshot by restoring it: see snapshot::verify. That of a PostgreSQL database is restored on the server of
/// the deployment that it was taken of, where that is found.
[[nodiscard]] Result<snapshot::Proof> verify_backup(const std::filesystem::path& home,
                                                    const snapshot::Snapshot& snapshot, Context& context);

/// Makes the deployment what the snapshot holds: database, files and secret key. What was there is moved aside, never
/// away. Nobody may use the deployment. Errors: "database-in-use", "unfinished-change", "locked", cancelled where the
/// user does not agree, those of snapshot::restore.
[[nodiscard]] Result<snapshot::Restored> restore_backup(const deployment::Deployment& deployment,
                                                        const snapshot::Snapshot& snapshot, Context& context);

/// Removes the snapshots that nothing has needed for `keep_days`: neither a change that can be rolled back, nor one
/// that was settled less long ago. The newest is never removed. Returns their names; with `only_say`, nothing is
/// removed.
[[nodiscard]] Result<std::vector<std::string>> prune_backups(const deployment::Deployment& deployment, int keep_days,
                                                             bool only_say, Context& context);

}  // namespace liftlock::change
