#pragma once

#include <string>
#include <string_view>

namespace liftlock::cli {

/// A line of some program's log for a terminal: its words, without its colours, and with nothing that could steer the
/// terminal. Tabs become blanks.
[[nodiscard]] std::string render_log_line(std::string_view line);

}  // namespace liftlock::cli
