#pragma once

#include <string>

#include "change/report.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

/// The report of a change, a rehearsal, a rollback or a resume for a person.
[[nodiscard]] std::string render_report(const change::ReportText& text, const Style& style);

/// A table of the changes made, newest first; says so where there are none.
[[nodiscard]] std::string render_history(const std::vector<change::Report>& reports, const Style& style);

}  // namespace liftlock::cli
