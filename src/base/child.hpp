#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace liftlock::process {

/// A program to be run. Its standard input, output and error are ours.
struct Child {
  std::vector<std::string> command;  ///< the program (a path, or a name to be found in PATH) and its arguments
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours; secrets belong here
  std::filesystem::path folder;                                  ///< that it works in; empty: ours
  bool output_to_stderr = false;                                 ///< what it prints is talk, not an answer
};

/// Runs it to its end; a Ctrl-C at the terminal reaches it as it reaches us. Its exit status, 0 to 255.
/// Errors: "program-start" (it cannot be started), "program-died" (a signal ended it), of kind cancelled where that was
/// SIGINT.
[[nodiscard]] Result<int> run(const Child& child);

/// What a program has printed, and how it ended.
struct Captured {
  int status = 0;  ///< 0 to 255
  std::string output = {};
  std::string errors = {};  ///< what it wrote to standard error
};

/// Runs it to its end, with `input` on its standard input. What goes in and out stays in memory: secrets may. Errors:
/// those of run().
[[nodiscard]] Result<Captured> run_captured(const Child& child, std::string_view input);

/// Runs it to its end, without input, and hands what it prints to `sink` as it comes. Captured::output stays empty.
/// Where the sink fails, the program is ended, and the error is the sink's. Errors: those of run().
[[nodiscard]] Result<Captured> run_streaming(const Child& child,
                                             const std::function<Result<void>(std::string_view)>& sink);

}  // namespace liftlock::process
