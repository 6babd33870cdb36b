#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "migration/postgres/inserter.hpp"
#include "migration/postgres/operations.hpp"

namespace liftlock::migration::postgres {

/// One pass over a table's rows, through all steps that wait on it. While the steps look at a portion of rows, the
/// server writes what became of the last one and reads the next.
class Pass {
 public:
  Pass(PostgresOperations& operations, std::string_view name);
  void run();

 private:
  /// Rows that steps have changed in the same columns: one UPDATE for all of them.
  struct Changes {
    std::string places;               // an array literal of ctids
    std::vector<std::string> values;  // one array literal a column
    std::int64_t count = 0;
  };

  /// What has become of a portion.
  struct Outcome {
    std::vector<Lines> lines;  // for other tables
    std::map<std::vector<bool>, Changes> changes;
  };

  void each_step(void (RowStep::*call)());
  void move_rows();
  void move_portion(const pg::Answer& rows);
  void keep_changes(const std::string& place);
  [[nodiscard]] Outcome take_outcome();
  void write(Outcome& outcome);
  void write_changes(const std::vector<bool>& touched, Changes& changes);
  void delete_dropped();
  [[nodiscard]] int next_fetch(const pg::Answer& rows) const;

  PostgresOperations& op_;
  std::string name_;
  TableState& state_;
  database::Table table_;
  MovingRow row_;
  std::map<std::vector<bool>, Changes> changes_;
  std::string dropped_;  // an array literal of ctids; deleted at the end
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace liftlock::migration::postgres
