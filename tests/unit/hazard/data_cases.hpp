#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hazard/finding.hpp"

namespace liftlock::hazard {

/// One check that looks at the data, and the smallest data for it.
struct DataCase {
  std::string_view id;
  Severity severity;
  std::string_view at;        ///< where the database stands, see World
  std::string_view to;        ///< the release to change to
  std::string_view harmless;  ///< a release whose path does not do what the hazard is about; empty: there is none
  std::string sick;           ///< SQL for data that has it
  std::string healthy;        ///< SQL for data that looks alike and has it not
  std::vector<std::string> examples;
  std::int64_t count;
  std::string_view says;  ///< in what is said about it
};

/// For GoogleTest.
inline void PrintTo(const DataCase& one, std::ostream* out) { *out << one.id; }

[[nodiscard]] std::span<const DataCase> data_cases();

}  // namespace liftlock::hazard
