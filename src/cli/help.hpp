#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

/// "liftlock 0.1.0".
[[nodiscard]] std::string version_text();

/// "liftlock change [OPTIONS] DEPLOYMENT VERSION".
[[nodiscard]] std::string usage_text(const Command& command);

/// "-r, --rev-range RANGE".
[[nodiscard]] std::string option_text(const Option& option);

/// The overview: what a beginner types first, every command, the global options, the exit statuses.
[[nodiscard]] std::string overview_help(const Style& style);

/// One command: examples first, exit statuses last.
[[nodiscard]] std::string command_help(const Command& command, const Style& style);

/// The help of a command, of a family ("db"), or of everything (empty). Error: "command-unknown".
[[nodiscard]] Result<std::string> help_on(std::string_view topic, const Style& style);

/// The examples of the overview.
[[nodiscard]] std::span<const Example> overview_examples();

}  // namespace liftlock::cli
