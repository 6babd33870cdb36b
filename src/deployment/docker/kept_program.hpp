#pragma once

#include <filesystem>
#include <string>

/// This program in the state volume of an engine, so that it is sent there once.
namespace liftlock::deployment::docker {

/// Where the program of that id (own_program_id()) is in the state folder `state`, if it is there.
[[nodiscard]] std::filesystem::path kept_program(const std::filesystem::path& state, const std::string& id);

/// In a helper that the program was sent to: keeps it, whole or not at all, and removes what nobody has used for a
/// month. What goes wrong does not matter: it is sent again then.
void keep_program(const std::filesystem::path& state, const std::string& id);

}  // namespace liftlock::deployment::docker
