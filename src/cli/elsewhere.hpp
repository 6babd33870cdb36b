#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"

namespace liftlock::cli {

/// Runs `command` where its deployment's data is, if that is a container whose data this process may not open or that
/// is on another machine; its exit status then. nullopt: it is to be run here. `words` is the whole command line
/// without the program's name, and `arguments` what it says. `verify` of a snapshot that is not here, likewise.
/// LIFTLOCK_HELPER=never keeps everything here. Errors: those of deployment::docker::run_in_helper(), of the
/// configuration and of the credentials.
[[nodiscard]] Result<std::optional<int>> run_elsewhere(Context& context, const Command& command,
                                                       const Arguments& arguments,
                                                       const std::vector<std::string>& words);

/// What the terminal is of who waits for a helper, as the helper is told: the value of LIFTLOCK_TERMINAL.
[[nodiscard]] std::string terminal_text(const Terminal& terminal);
[[nodiscard]] Terminal terminal_from(const std::string& text, Terminal terminal);

}  // namespace liftlock::cli
