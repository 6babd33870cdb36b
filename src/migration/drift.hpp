#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/compare_schema.hpp"
#include "database/schema.hpp"
#include "migration/chain_schemas.hpp"
#include "migration/known_differences.hpp"
#include "migration/state.hpp"

/// How the schema of a database compares with the one that its revision has in a database of that kind.
namespace liftlock::migration {

/// Compares with what the state's revision and lineage say. What a way down leaves (reversal.hpp) is known, too.
/// Errors: "revision-unknown" (refused), those of the ChainSchemas.
[[nodiscard]] Result<Drift> find_drift(const database::Schema& schema, const DatabaseState& state, ChainSchemas& chain);

/// Revisions whose schema is equally near to the one looked at, oldest first, and how far that is; an empty id is the
/// base. What no revision has (a user's own tables) does not count.
struct Likeness {
  std::vector<std::string> revisions;
  std::size_t differences = 0;
};
[[nodiscard]] Result<Likeness> nearest_revisions(const database::Schema& schema, Lineage lineage, ChainSchemas& chain);

/// What keeps a database with this schema from being one at `revision` (empty: the base): what is missing or different,
/// and what belongs to another revision. Empty where the revision may be recorded. Errors as of find_drift.
[[nodiscard]] Result<std::vector<database::SchemaDifference>> obstacles_to(const database::Schema& schema,
                                                                           Lineage lineage, const std::string& revision,
                                                                           ChainSchemas& chain);

}  // namespace liftlock::migration
