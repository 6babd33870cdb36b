#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "migration/reversal.hpp"

namespace liftlock::migration {

/// Counts the rows of a database for which something holds that is said in that database's SQL.
class LossCounter {
 public:
  virtual ~LossCounter() = default;
  /// An error, and nothing worse, where the database does not understand `where`.
  virtual Result<std::int64_t> count(const std::string& table, const std::string& where) = 0;
  /// A condition of a revision as one that is true or false, never NULL.
  [[nodiscard]] virtual std::string truth(std::string_view condition) const = 0;
  /// Whether the value is neither empty nor the column's default.
  [[nodiscard]] virtual std::string has_content(const database::Column& column) const = 0;
};

/// What `path` would lose of a database with this schema, whichever kind of database it is. Empty where nothing is
/// lost.
[[nodiscard]] Result<std::vector<DownwardLoss>> count_downward_losses(const database::Schema& schema, const Path& path,
                                                                      LossCounter& counter);

}  // namespace liftlock::migration
