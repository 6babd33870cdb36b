#pragma once

#include <string>

namespace liftlock::cli {

/// What became of waiting for somebody to type a line.
enum class Heard {
  line,
  end,         ///< of standard input (Ctrl-D); a line that was begun counts as not typed
  interrupted  ///< Ctrl-C or SIGTERM came instead, or before
};

/// Waits for one line of standard input, which it takes without its end. Where interrupts are watched, one of them ends
/// the waiting, and nothing is said about it. Reads no byte beyond the line.
[[nodiscard]] Heard read_line(std::string& line);

}  // namespace liftlock::cli
