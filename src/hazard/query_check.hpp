#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "hazard/check.hpp"

namespace liftlock::hazard {

/// What one query on the data is to find out.
struct Question {
  std::string_view revision;  ///< asked where the path crosses this step; empty: whenever the path is upward
  std::vector<std::pair<std::string_view, std::string_view>> needs;  ///< tables and columns that must be there
  /// SQLite SQL with one row for each thing found: its name, for the examples.
  std::string_view rows;
};

/// A hazard that one query finds: every row is one case, the first of them are the examples.
class QueryCheck : public Check {
 public:
  QueryCheck(std::string_view id, Question question);
  [[nodiscard]] bool applies(const Situation& situation) const override;
  [[nodiscard]] Result<Findings> run(const Situation& situation) const override;

 private:
  Question question_;
};

}  // namespace liftlock::hazard
