#pragma once

#include <string>

#include "change/plan.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

/// A plan for a person; with `verbose` every revision, else those that move data.
[[nodiscard]] std::string render_plan(const change::Plan& plan, const Style& style, bool verbose);

/// "0.6.18", "0.6.16 … 0.6.18", "unknown"; development releases only where there is no other.
[[nodiscard]] std::string release_span(const std::vector<std::string>& releases);

}  // namespace liftlock::cli
