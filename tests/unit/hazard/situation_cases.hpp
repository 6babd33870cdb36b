#pragma once

#include <ostream>
#include <span>
#include <string_view>
#include <vector>

#include "hazard/finding.hpp"
#include "world.hpp"

namespace liftlock::hazard {

/// A database at `at` that somebody wants to change to the release `to`; `more` changes what is around it.
struct Setting {
  std::string_view at;
  std::string_view to;
  void (*more)(World&, Situation&) = nullptr;
};

/// One check that looks at the change and the machine, not into the data's rows.
struct SituationCase {
  std::string_view id;
  Severity severity;
  Setting sick;
  std::vector<Setting> healthy;
  std::int64_t count;
  std::string_view says;  ///< in the meaning or the solution
};

/// For GoogleTest.
inline void PrintTo(const SituationCase& one, std::ostream* out) { *out << one.id; }

[[nodiscard]] std::span<const SituationCase> situation_cases();

}  // namespace liftlock::hazard
