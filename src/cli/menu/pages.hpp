#pragma once

#include <optional>
#include <string>

#include "cli/menu/dialogue.hpp"

/// Lists to choose from: each nullopt where nothing was chosen, for the reason in `leaving`.
namespace liftlock::cli::menu {

/// A release of those that the deployment could be changed to, newest first, page by page: its tag, or its number where
/// no registry knows a tag.
[[nodiscard]] std::optional<std::string> choose_release(World& world, const std::string& address, Leaving& leaving);

/// A snapshot of the deployment, newest first: its name.
[[nodiscard]] std::optional<std::string> choose_snapshot(World& world, const std::string& address, Leaving& leaving);

}  // namespace liftlock::cli::menu
