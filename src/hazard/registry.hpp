#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "hazard/check.hpp"

namespace liftlock::hazard {

/// Every check there is.
[[nodiscard]] std::span<const Check* const> all_checks();

/// nullptr for an unknown id.
[[nodiscard]] const Check* find_check(std::string_view id);

/// The checks named in `include` (all where it is empty) without those in `exclude`.
/// Errors (usage): "hazard-unknown" with the ids that there are.
[[nodiscard]] Result<std::vector<const Check*>> select_checks(const std::vector<std::string>& include,
                                                              const std::vector<std::string>& exclude);

/// What the checks that apply find; the gravest first.
[[nodiscard]] Result<Findings> find_hazards(const Situation& situation, std::span<const Check* const> checks);

}  // namespace liftlock::hazard
