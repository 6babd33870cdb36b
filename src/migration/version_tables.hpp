#pragma once

#include <string_view>

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

}  // namespace liftlock::migration
