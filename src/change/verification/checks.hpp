#pragma once

#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "change/verification.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"

/// The single questions of a verification. Each returns its answer; an Error means that it could not be asked.
namespace liftlock::change::verification {

[[nodiscard]] Result<Check> check_revision(database::Connection& database, const migration::Head& head,
                                           migration::Lineage lineage);
/// `state_before` and `schema_before` tell what was already different before: a table that Liftlock does not know, or
/// what an older script of the same revision had left, is no fault of this change.
[[nodiscard]] Result<Check> check_schema(const database::Schema& schema_before,
                                         const migration::DatabaseState& state_before, const database::Schema& schema,
                                         migration::Lineage lineage, const migration::Head& head,
                                         const migration::Path& path);
[[nodiscard]] Result<Check> check_integrity(database::Connection& database, Progress& progress);
/// References that were broken before may still be; new ones may not.
[[nodiscard]] Result<Check> check_foreign_keys(database::Connection* before, database::Connection& after);
/// The proofs of the revisions in the path; one check each that applies.
[[nodiscard]] Result<std::vector<Check>> check_proofs(database::Connection& before, database::Connection& after,
                                                      const migration::Path& path);
/// Every message in the chats before has its row in chat_message; only where the path makes these rows.
[[nodiscard]] Result<std::vector<Check>> check_messages(database::Connection& before, database::Connection& after,
                                                        const migration::Path& path, Progress& progress);
[[nodiscard]] Result<std::vector<Count>> count_things(database::Connection* before, database::Connection& after);

/// The lineage that a database has after a path from `state`.
[[nodiscard]] migration::Lineage lineage_after(const migration::DatabaseState& state, const migration::Head& head);

}  // namespace liftlock::change::verification
