#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "change/verification.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"
#include "migration/builder.hpp"

namespace liftlock::change::verification {

/// The outcome of accounting for every row.
struct Accounting {
  std::int64_t tables = 0;
  std::int64_t rows_compared = 0;
  std::vector<ExplainedDifference> explained;
  std::vector<std::string> unexplained;  ///< sentences with a few keys each; never a user's content
};

/// Matches the rows of each table of `before` with those of `after` and explains every difference by an effect that a
/// revision of `path` declares. Rows are matched by rowid, which the engine carries over (and the keys are among the
/// values that are compared), else by primary key, else by the columns that an effect names. Memory: eight bytes a
/// row of a table that is matched by columns, else constant.
[[nodiscard]] Result<Accounting> account_for_rows(database::Connection& before, const database::Schema& schema_before,
                                                  database::Connection& after, const database::Schema& schema_after,
                                                  const migration::Path& path, Progress& progress);

}  // namespace liftlock::change::verification
