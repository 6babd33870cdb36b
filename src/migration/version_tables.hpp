#pragma once

#include "migration/operations.hpp"
#include "migration/revision.hpp"

namespace liftlock::migration {

/// Adds the migration to `migratehistory` as Peewee's router does; makes the table where it is missing.
void record_peewee_migration(Operations& operations, const Revision& migration);
/// Makes `alembic_version` say `revision` and nothing else; makes the table where it is missing.
void record_alembic_revision(Operations& operations, const Revision& revision);

}  // namespace liftlock::migration
