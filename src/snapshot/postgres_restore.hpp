#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "database/postgres.hpp"
#include "snapshot/snapshot.hpp"

/// PostgreSQL databases out of a snapshot. For this room only.
namespace liftlock::snapshot {

/// Shows that the script of a snapshot can be restored, by doing it: see Proof. Nothing of it is left, also not what an
/// earlier proof that was interrupted has left.
[[nodiscard]] Result<void> prove_postgres(const Snapshot& snapshot, const std::optional<PostgresPlace>& place,
                                          Progress& progress, Proof& proof);

/// Whether the tables of the place hold the rows that the snapshot holds, and nothing else.
[[nodiscard]] Result<bool> is_as_in_snapshot(const Snapshot& snapshot, const PostgresPlace& place, Progress& progress);

/// A restore that is done and compared, and that nobody else sees before commit(); without it, all is as it was.
class PostgresRestore {
 public:
  /// Moves the tables that are there into a schema of their own, `liftlock_aside_STAMP`, and makes those of the
  /// snapshot. Errors: "database-in-use", "database-locked" (another Liftlock), "schema-differs", "tables-referred-to"
  /// (refused: something that does not belong to the deployment depends on its tables), "snapshot-damaged", those of
  /// Connection.
  [[nodiscard]] static Result<PostgresRestore> begin(const Snapshot& snapshot, const PostgresPlace& place,
                                                     const std::string& stamp, Progress& progress);
  /// Error "commit-unknown" (needs_hand) where the connection breaks just then.
  [[nodiscard]] Result<void> commit();

  /// The schema that holds what was there; empty where nothing was.
  [[nodiscard]] const std::string& aside() const { return aside_; }

 private:
  explicit PostgresRestore(database::postgres::Connection connection) : connection_(std::move(connection)) {}
  [[nodiscard]] Result<void> move_aside(const std::string& schema, const std::string& stamp);

  database::postgres::Connection connection_;
  std::string aside_;
};

}  // namespace liftlock::snapshot
