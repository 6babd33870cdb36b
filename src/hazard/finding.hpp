#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace liftlock::hazard {

enum class Severity {
  note,     ///< good to know
  warning,  ///< something will be different afterwards, or may go wrong
  blocks    ///< the change is refused
};

/// A hazard that was found in this change of this data.
struct Finding {
  std::string id;        ///< stable: "emails-differ-by-case"
  std::string title;     ///< "E-mail addresses that differ only by case"
  std::string meaning;   ///< what it means for the user
  std::string solution;  ///< what to do; commands stand on lines of their own
  Severity severity = Severity::note;
  std::int64_t count = 0;             ///< how many rows, where that makes sense
  std::vector<std::string> examples;  ///< a few of them, by name; never secrets
};

}  // namespace liftlock::hazard
