#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace liftlock {

/// A file of a program that is to run elsewhere.
struct ProgramFile {
  std::string name;
  std::string content;  ///< an ELF file as far as it is loaded: without what only debuggers and linkers read
};

/// The program that runs here, as "liftlock", with its loader and every library that it has loaded by now: all that it
/// takes to run it on another Linux of this processor, whatever that one's own libraries are, from the folder
/// `where`, with LD_LIBRARY_PATH set to it. Error: "program-unreadable".
[[nodiscard]] Result<std::vector<ProgramFile>> own_program(const std::filesystem::path& where);

/// What tells this program, with its libraries, from any other; without reading them.
[[nodiscard]] std::string own_program_id();

}  // namespace liftlock
