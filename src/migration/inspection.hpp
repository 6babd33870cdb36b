#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "migration/leftovers.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

/// What the version tables hold; empty where they are missing.
struct VersionRows {
  std::vector<std::string> peewee;   ///< migratehistory.name
  std::vector<std::string> alembic;  ///< alembic_version.version_num, in order
};

/// The tables of `schema` that VersionRows are read from, as SQL that both databases understand.
inline constexpr const char* peewee_rows_sql = "SELECT name FROM migratehistory";
inline constexpr const char* alembic_rows_sql = "SELECT version_num FROM alembic_version ORDER BY 1";
[[nodiscard]] bool has_peewee_rows(const database::Schema& schema);
[[nodiscard]] bool has_alembic_rows(const database::Schema& schema);

/// What schema and version tables tell about where a database stands, whichever kind of database it is.
[[nodiscard]] Result<DatabaseState> judge_state(const database::Schema& schema, const VersionRows& rows,
                                                const StrandedSearch& stranded);

}  // namespace liftlock::migration
