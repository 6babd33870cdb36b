#pragma once

#include "cli/menu/world.hpp"

namespace liftlock::cli::menu {

/// How the whole menu was left.
enum class Ended {
  chosen,       ///< by its own choice, or at the end of the input
  interrupted,  ///< by Ctrl-C in the first menu
};

/// Shows what is deployed, and runs the commands that are chosen, until it is left.
[[nodiscard]] Ended run_menu(World& world);

}  // namespace liftlock::cli::menu
