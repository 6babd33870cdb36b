#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

/// Everything that is written from the table of commands for other readers than a terminal.
namespace liftlock::cli {

/// The man page, as troff.
[[nodiscard]] std::string man_page();

/// docs/reference/commands.md.
[[nodiscard]] std::string markdown_reference();

/// A completion script for "bash", "zsh" or "fish"; empty for any other name.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace liftlock::cli
