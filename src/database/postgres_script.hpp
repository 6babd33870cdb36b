#pragma once

#include <string>
#include <vector>

#include "database/schema_changes.hpp"

namespace liftlock::database {

/// The statements of script_between() for PostgreSQL, in one transaction, for the schema that stands first in the
/// search path. `from` is the schema that the changes begin with.
[[nodiscard]] std::vector<std::string> postgres_statements(const SchemaChanges& changes, const Schema& from);

/// The column's value as one of another type, where PostgreSQL has a way; a value that cannot be one makes the
/// statement fail.
[[nodiscard]] std::string postgres_cast(const Column& column, const Type& type);

}  // namespace liftlock::database
