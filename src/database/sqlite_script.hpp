#pragma once

#include <string>
#include <vector>

#include "database/schema_changes.hpp"

namespace liftlock::database {

/// The statements of script_between() for SQLite (https://www.sqlite.org/lang_altertable.html#otheralter): a column
/// that SQLite can append is appended, all else makes a table anew.
[[nodiscard]] std::vector<std::string> sqlite_statements(const SchemaChanges& changes);

}  // namespace liftlock::database
