#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/postgres.hpp"
#include "database/schema.hpp"
#include "migration/builder.hpp"
#include "migration/environment.hpp"
#include "migration/state.hpp"

namespace liftlock::migration::postgres {

class PostgresOperations;

/// The same as migration::inspect_state, of the schema that stands first in the search path.
[[nodiscard]] Result<DatabaseState> inspect_state(database::postgres::Connection& connection);

/// What alembic_version holds; none where the table is missing or empty.
[[nodiscard]] Result<std::vector<std::string>> read_version_table(database::postgres::Connection& connection);

/// Who else has a session on this database, as far as the server tells: "process 4711 (open-webui from 10.0.0.7)".
[[nodiscard]] Result<std::vector<std::string>> other_sessions(database::postgres::Connection& connection);

/// Error "database-in-use" (refused), which names them, where the same user has other sessions on this database. Those
/// that end within two seconds are none.
[[nodiscard]] Result<void> refuse_other_sessions(database::postgres::Connection& connection, const char* doing);

/// Error "database-locked" (kind locked: who migrates it) while another Liftlock migrates this database: to be asked
/// before its tables are, which would wait for that one's end.
[[nodiscard]] Result<void> refuse_while_migrated(database::postgres::Connection& connection);

/// Keeps every other Liftlock from migrating this database until the connection ends. Error: "database-locked".
[[nodiscard]] Result<void> keep_others_out(database::postgres::Connection& connection);

/// Begins a transaction in which nobody else migrates this database, and nobody else touches its tables. What is not
/// committed is taken back when the connection ends.
///
/// Errors: "database-locked" (kind locked: who migrates it), "database-in-use" (refused: who else is there as the same
/// user, or holds its tables).
[[nodiscard]] Result<void> begin_alone(database::postgres::Connection& connection);

/// How many rows a table had, what was done to them, and how many it has.
struct TableAccount {
  std::int64_t before = 0;
  std::int64_t inserted = 0;
  std::int64_t deleted = 0;
  std::int64_t after = 0;
};

struct Migrated {
  std::map<std::string, TableAccount> accounts;  ///< by the names that the tables have now
  std::map<std::string, std::int64_t> dropped;   ///< tables that are gone, with the rows they had
  std::map<std::string, std::string> renamed;    ///< what was called differently before, by its new name
};

/// Runs the path's steps and records where it ends. Error: "migration-failed" (`doing` names the revision).
[[nodiscard]] Result<void> run_steps(PostgresOperations& operations, const Path& path);

/// Runs the path inside the transaction that begin_alone() has begun. On an error the transaction is of no use any
/// more. Errors: "migration-failed" (`doing` names the revision), and those of database::postgres::Connection.
[[nodiscard]] Result<Migrated> migrate(database::postgres::Connection& connection, const Path& path,
                                       Environment& environment);

}  // namespace liftlock::migration::postgres
