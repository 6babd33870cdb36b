#pragma once

#include "base/error.hpp"
#include "base/progress.hpp"
#include "database/postgres.hpp"
#include "snapshot/snapshot.hpp"

/// The script of a PostgreSQL database in a snapshot. For this room only.
namespace liftlock::snapshot {

/// Runs it on a connection that has begun a transaction, and whose schema has none of its tables. Errors:
/// "snapshot-damaged", "snapshot-cancelled", the server's.
[[nodiscard]] Result<void> run_script(const Snapshot& snapshot, database::postgres::Connection& connection,
                                      Progress& progress);

/// That the tables of a connection of open_for_rows() hold the rows that the manifest describes. Error
/// "snapshot-damaged" with the name of the first table that does not.
[[nodiscard]] Result<void> check_rows(const Snapshot& snapshot, database::postgres::Connection& connection,
                                      Progress& progress);

/// That the script, as it lies on the disk, holds those rows. Error "snapshot-damaged".
[[nodiscard]] Result<void> read_back(const Snapshot& snapshot, Progress& progress);

}  // namespace liftlock::snapshot
