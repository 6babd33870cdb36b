#pragma once

namespace liftlock::cli {

/// From here on the first Ctrl-C (or SIGTERM) only sets a flag, and the second leaves at once with exit code 130.
void watch_interrupts();

/// True once the user has asked to stop.
[[nodiscard]] bool interrupted();

}  // namespace liftlock::cli
