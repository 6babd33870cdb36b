#pragma once

#include <span>
#include <string_view>

#include "hazard/finding.hpp"

namespace liftlock::hazard {

/// What is said about one hazard. Names in braces are filled in by its check.
struct Text {
  std::string_view id;  ///< stable: never reused, never renamed
  Severity severity;
  std::string_view title;
  std::string_view meaning;
  std::string_view solution;  ///< commands stand on lines of their own, indented by four blanks
};

/// All of them, in the order of docs/reference/hazards.md.
[[nodiscard]] std::span<const Text> texts();

/// Throws std::logic_error for an id without a text: a bug.
[[nodiscard]] const Text& text_of(std::string_view id);

}  // namespace liftlock::hazard
