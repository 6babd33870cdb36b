#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/sqlite.hpp"
#include "migration/builder.hpp"
#include "migration/revision.hpp"

/// The way back of a revision, and what it loses.
namespace liftlock::migration {

/// The way back as a step of its own: `upgrade` runs the downgrade; `effects` are the declared ones and those that its
/// operations show (tables and columns that go); id, down_revision and message are the revision's. A constant of the
/// program. `revision` must be one of the Alembic chain.
[[nodiscard]] const Revision& reversal_of(const Revision& revision);

/// Content that a path down does not keep, as it is in one database.
struct DownwardLoss {
  std::string revision;    ///< whose way back loses it
  std::string table;       ///< as it is called in the database
  std::string column;      ///< empty: rows
  std::int64_t count = 0;  ///< rows, or values of the column that are neither empty nor its default
};

/// Counts what `path` would lose of the open database, which it only reads. Empty where nothing is lost.
[[nodiscard]] Result<std::vector<DownwardLoss>> count_downward_losses(database::Connection& connection,
                                                                      const Path& path);

/// "chat_message: 12 rows", "user.scim: 3 values"
[[nodiscard]] std::string sentence_of(const DownwardLoss& loss);

}  // namespace liftlock::migration
