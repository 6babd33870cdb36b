#pragma once

#include <string>
#include <vector>

#include "database/dialect.hpp"
#include "database/schema.hpp"
#include "database/schema_changes.hpp"

namespace liftlock::database {

/// Statements that change a schema, for the database's own shell (`sqlite3 -bail`, `psql`).
struct SchemaScript {
  std::vector<std::string> statements;  ///< each with its semicolon; none where there is nothing to do
  std::vector<std::string> notes;       ///< whole sentences: what they cannot do, and what becomes of rows
};

/// What makes `from` like `to`, both in `dialect`'s spelling. No value is converted and none invented: where a row
/// cannot be kept so (NULL in a column that becomes NOT NULL), the statement fails and the table stays as it was. On
/// SQLite each table is a transaction of its own, safe also where the shell goes on after an error; on PostgreSQL all
/// is one.
[[nodiscard]] SchemaScript script_between(const Schema& from, const Schema& to, Dialect dialect);

/// What two schemas do not tell, and what the changes do to rows.
[[nodiscard]] std::vector<std::string> notes_on(const SchemaChanges& changes);

}  // namespace liftlock::database
