#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "migration/operations.hpp"
#include "migration/state.hpp"

/// Offline SQL: a migration as a script that needs neither this program nor a database to be written.
namespace liftlock::migration::offline {

struct ScriptRequest {
  Dialect dialect = Dialect::sqlite;
  Lineage lineage = Lineage::none;  ///< of the database that the script is for; none: it is empty, and `from` the base
  std::string from;                 ///< revisions; empty: the base
  std::string to;
  std::optional<database::Schema> tables = {};  ///< that a SQLite database at `from` has, where it is known
};

/// The script from `from` up or down to `to`: one transaction, with a comment for each revision and the changes of the
/// version table that Alembic writes. It stops, and nothing has changed, where the database is not what the request
/// says, or holds rows that SQL cannot migrate as this program would. Errors: "offline-refused", where a revision has
/// no exact form in SQL; "revision-unknown".
[[nodiscard]] Result<std::string> write_script(const ScriptRequest& request);

}  // namespace liftlock::migration::offline
