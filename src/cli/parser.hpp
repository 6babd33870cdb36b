#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"

namespace liftlock::cli {

/// The options that every command takes, as given.
struct Globals {
  bool json = false;
  bool yes = false;
  bool no_input = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
  std::string config;  ///< the file of --config; empty: the usual one
};

/// What the user asks the program to do.
struct Request {
  enum class Kind { run, help, version };
  Kind kind = Kind::run;
  std::string topic;                 ///< help: a command, a family ("db"), or empty for the overview
  const Command* command = nullptr;  ///< run: which one
  std::vector<std::string> words;    ///< run: what follows the command's name
};

/// Finds the globals anywhere in `words` (the command line without the program's name), even where the rest is wrong,
/// so that an error can be presented as asked for.
[[nodiscard]] Globals read_globals(const std::vector<std::string>& words);

/// Which command, or which help. Errors: "command-unknown", "option-unknown", "command-missing".
[[nodiscard]] Result<Request> read_request(const std::vector<std::string>& words);

/// The command's own arguments. Errors: "option-unknown", "option-invalid", "argument-missing", "argument-surplus".
[[nodiscard]] Result<Arguments> read_arguments(const Command& command, const std::vector<std::string>& words);

}  // namespace liftlock::cli
