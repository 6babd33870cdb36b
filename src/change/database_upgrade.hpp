#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "change/verification.hpp"
#include "migration/environment.hpp"
#include "migration/reversal.hpp"
#include "migration/state.hpp"

namespace liftlock::change {

/// What became of one database file, migrated without a deployment around it.
struct DatabaseUpgrade {
  std::string from_revision;  ///< empty: the base
  std::string to_revision;
  std::vector<const migration::Revision*> steps;  ///< in the order in which they ran; empty: it was there already
  std::filesystem::path kept;  ///< the database as it was; empty where there was none or nothing was done
  std::vector<migration::Note> notes;
  std::int64_t quarantined = 0;
  std::filesystem::path quarantine_file;             ///< empty where nothing was quarantined
  Verification verification;                         ///< without checks for a new database
  std::vector<migration::DownwardLoss> losses = {};  ///< that were agreed to, of a downgrade
};

/// Migrates the SQLite database `file` to `revision` as Alembic's `upgrade` would: beside it, verified row by row, then
/// swapped in; at every instant there is a whole database under its name. A file that does not exist, or holds nothing,
/// becomes a new database. The old file stays as `<file>.before-<time>`. What an upgrade of this file that was killed
/// has left beside it (`<file>.liftlock-upgrade-…-new`) is removed first. Errors: "database-in-use" (refused),
/// "verification-failed" (nothing was changed), those of migration::plan_path and migration::build_migrated.
[[nodiscard]] Result<DatabaseUpgrade> upgrade_database(const std::filesystem::path& file, const std::string& revision,
                                                       Clock& clock, IdSource& ids, Progress& progress);

/// Asked where a downgrade loses something; an error is handed back, and nothing was changed.
using Consent = std::function<Result<void>(const std::vector<migration::DownwardLoss>&)>;

/// The same down to `revision` (empty: the base), as Alembic's `downgrade` would, after `consent` to what is lost.
/// Errors: as of upgrade_database, with migration::plan_downgrade; what `consent` returns.
[[nodiscard]] Result<DatabaseUpgrade> downgrade_database(const std::filesystem::path& file, const std::string& revision,
                                                         const Consent& consent, Clock& clock, IdSource& ids,
                                                         Progress& progress);

/// What became of a database file that a program of somebody else's worked on.
struct DatabaseRework {
  bool changed = false;
  std::filesystem::path kept;  ///< the database as it was; empty where there was none or nothing was changed
};

/// Lets `work` change a copy of the SQLite database `file`, beside it, and swaps the copy in if it is intact
/// afterwards; any error leaves all as it was. The old file stays as `<file>.before-<time>`. Where there is no file,
/// `work` makes one. Errors: "database-in-use" (refused), "database-damaged" (the copy is not intact), what `work`
/// returns.
[[nodiscard]] Result<DatabaseRework> rework_database(
    const std::filesystem::path& file, const std::function<Result<void>(const std::filesystem::path&)>& work,
    Clock& clock, IdSource& ids);

}  // namespace liftlock::change
