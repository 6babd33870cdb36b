#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/sqlite.hpp"

namespace liftlock::migration {

/// What alembic_version holds: one revision in a healthy database; none where the table is missing or empty.
[[nodiscard]] Result<std::vector<std::string>> read_version_table(database::Connection& connection);

/// Makes alembic_version, as Alembic makes it, where it is missing; whether it did.
[[nodiscard]] Result<bool> ensure_version_table(database::Connection& connection);

/// Makes it hold exactly these; the table must be there.
[[nodiscard]] Result<void> write_version_table(database::Connection& connection,
                                               const std::vector<std::string>& revisions);

}  // namespace liftlock::migration
