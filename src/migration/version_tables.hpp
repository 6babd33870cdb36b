#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/postgres.hpp"
#include "database/sqlite.hpp"
#include "migration/operations.hpp"
#include "migration/revision.hpp"

namespace liftlock::migration {

/// Adds the migration to `migratehistory` as Peewee's router does; makes the table where it is missing.
void record_peewee_migration(Operations& operations, const Revision& migration);
/// The same for each of the 18 that is not there yet.
void record_missing_peewee(Operations& operations);
/// Makes `alembic_version` say `revision` and nothing else (empty: the base, nothing at all); makes the table where it
/// is missing.
void record_alembic_revision(Operations& operations, std::string_view revision);

/// What alembic_version holds: one revision in a healthy database; none where the table is missing or empty.
[[nodiscard]] Result<std::vector<std::string>> read_version_table(database::Connection& connection);
/// Makes alembic_version, as Alembic makes it, where it is missing; whether it did.
[[nodiscard]] Result<bool> ensure_version_table(database::Connection& connection);
/// Makes it hold exactly these; the table must be there.
[[nodiscard]] Result<void> write_version_table(database::Connection& connection,
                                               const std::vector<std::string>& revisions);

/// The same on PostgreSQL, in the schema that stands first in the search path.
[[nodiscard]] Result<bool> ensure_version_table(database::postgres::Connection& connection);
[[nodiscard]] Result<void> write_version_table(database::postgres::Connection& connection,
                                               const std::vector<std::string>& revisions);

}  // namespace liftlock::migration
