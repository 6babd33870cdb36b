#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/sqlite.hpp"

namespace liftlock::migration {

/// What alembic_version holds: one revision in a healthy database; none where the table is missing or empty.
[[nodiscard]] Result<std::vector<std::string>> read_version_table(database::Connection& connection);

}  // namespace liftlock::migration
