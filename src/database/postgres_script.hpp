#pragma once

#include <string>
#include <vector>

#include "database/schema_changes.hpp"

namespace liftlock::database {

/// The statements of script_between() for PostgreSQL, in one transaction. Schemas are in the search path's first
/// schema.
[[nodiscard]] std::vector<std::string> postgres_statements(const SchemaChanges& changes);

}  // namespace liftlock::database
