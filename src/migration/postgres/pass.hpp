#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "migration/postgres/operations.hpp"

namespace liftlock::migration::postgres {

/// One pass over a table's rows, through all steps that wait on it.
class Pass {
 public:
  Pass(PostgresOperations& operations, std::string_view name);
  void run();

 private:
  /// Rows that steps have changed in the same columns: one UPDATE for all of them.
  struct Changes {
    std::vector<std::string> places;  // ctid
    std::vector<std::string> values;  // one array literal a column
  };

  void each_step(void (RowStep::*call)());
  void move_portion(const pg::Answer& rows);
  void keep_changes(const std::string& place);
  void write_portion();
  void write_changes(const std::vector<bool>& touched, Changes& changes);
  [[nodiscard]] int next_fetch(const pg::Answer& rows) const;

  PostgresOperations& op_;
  std::string name_;
  TableState& state_;
  database::Table table_;
  MovingRow row_;
  std::map<std::vector<bool>, Changes> changes_;
  std::vector<std::string> dropped_;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace liftlock::migration::postgres
