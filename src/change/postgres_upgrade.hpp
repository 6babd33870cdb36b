#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "change/database_upgrade.hpp"
#include "database/postgres.hpp"
#include "database/url.hpp"
#include "migration/environment.hpp"
#include "migration/state.hpp"

namespace liftlock::change {

/// Migrates the PostgreSQL database that `connection` leads to up to `head`, in one transaction: locked, migrated,
/// verified, and only then committed; `before_commit` has the last word. Notes and what was quarantined are the
/// environment's to keep.
/// Errors: "database-locked" (kind locked), "database-in-use" (refused), "verification-failed", "commit-unknown" (kind
/// needs_hand: the connection broke during COMMIT), those of migration::plan_path and migration::postgres::migrate.
/// After every error but "commit-unknown" nothing was changed.
[[nodiscard]] Result<DatabaseUpgrade> upgrade_postgres(database::postgres::Connection& connection,
                                                       const migration::Head& head, migration::Environment& environment,
                                                       const std::function<Result<void>()>& before_commit);

/// The same down to `revision` (empty: the base), after `consent` to what is lost, which is counted and asked for
/// inside the transaction. Errors: as of upgrade_postgres, with migration::plan_downgrade; what `consent` returns.
[[nodiscard]] Result<DatabaseUpgrade> downgrade_postgres(database::postgres::Connection& connection,
                                                         const std::string& revision, const Consent& consent,
                                                         migration::Environment& environment,
                                                         const std::function<Result<void>()>& before_commit);

/// The same two for commands: `schema` as Connection::open takes it; values that had to go are kept in a file of
/// `quarantine_folder`, which is made where it is missing.
[[nodiscard]] Result<DatabaseUpgrade> upgrade_postgres(const database::Url& url, const std::string& schema,
                                                       const std::string& revision,
                                                       const std::filesystem::path& quarantine_folder, Clock& clock,
                                                       IdSource& ids, Progress& progress);
[[nodiscard]] Result<DatabaseUpgrade> downgrade_postgres(const database::Url& url, const std::string& schema,
                                                         const std::string& revision, const Consent& consent,
                                                         const std::filesystem::path& quarantine_folder, Clock& clock,
                                                         IdSource& ids, Progress& progress);

}  // namespace liftlock::change
