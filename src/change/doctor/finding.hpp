#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace liftlock::change::doctor {

enum class Severity {
  fine,     ///< it was looked at, and is as it should be
  note,     ///< good to know
  warning,  ///< some day it will hurt
  serious   ///< it hurts already, or the next step may lose data
};
/// "fine", "note", "warning", "serious": as JSON says it.
[[nodiscard]] std::string_view name_of(Severity severity);

/// What one check found in one deployment.
struct Finding {
  std::string id;  ///< stable: "data-in-container"
  Severity severity = Severity::fine;
  std::string title;     ///< what
  std::string meaning;   ///< why it matters; empty where all is fine
  std::string solution;  ///< what to do; commands stand on lines of their own
};
using Findings = std::vector<Finding>;

}  // namespace liftlock::change::doctor
