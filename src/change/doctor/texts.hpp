#pragma once

#include <span>
#include <string_view>

#include "change/doctor/finding.hpp"
#include "hazard/check.hpp"

namespace liftlock::change::doctor {

/// What is said of one thing that is looked at. Names in braces are filled in by its check.
struct Text {
  std::string_view id;  ///< stable: never reused, never renamed
  Severity severity;
  std::string_view fine;  ///< where all is well; empty: nothing is said then
  std::string_view title;
  std::string_view meaning;
  std::string_view solution;  ///< commands stand on lines of their own, indented by four blanks
};

/// All of them, in the order of docs/reference/doctor.md.
[[nodiscard]] std::span<const Text> texts();

/// What is wrong, in the words of that text. Throws std::logic_error for an id without a text: a bug.
[[nodiscard]] Finding wrong(std::string_view id, const hazard::Blanks& blanks = {});
/// That it is as it should be.
[[nodiscard]] Finding fine(std::string_view id, const hazard::Blanks& blanks = {});

}  // namespace liftlock::change::doctor
