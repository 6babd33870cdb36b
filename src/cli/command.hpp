#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace liftlock::cli {

class Arguments;
class Context;

/// What a shell may offer where a value stands.
enum class Completes { nothing, deployment, version, file, directory, choices };

struct Argument {
  std::string_view name;  ///< upper-case, as help shows it: "DEPLOYMENT"
  std::string_view help;
  Completes completes = Completes::nothing;
  bool required = true;
  bool repeated = false;  ///< takes all words that are left; only the last argument may
  std::vector<std::string_view> choices = {};
};

struct Option {
  std::string_view name;        ///< "--database"
  std::string_view short_name;  ///< "-r", or empty
  std::string_view value;       ///< name of its value, upper-case; empty for a flag
  std::string_view help;
  Completes completes = Completes::nothing;
  bool required = false;
  std::vector<std::string_view> choices = {};  ///< the only values that it takes, where not empty
  bool repeated = false;                       ///< may be given several times, and all values count
};

struct Example {
  std::string_view command;  ///< complete, ready to be typed
  std::string_view meaning;
};

struct ExitStatus {
  int code;
  std::string_view meaning;
};

/// One command of the program: everything that the parser, help, completions, the man page and the reference need.
struct Command {
  std::string_view name;         ///< one word, or two where it belongs to a family: "db current"
  std::string_view group;        ///< heading that it stands under in the overview
  std::string_view summary;      ///< one line, no full stop
  std::string_view description;  ///< paragraphs, separated by empty lines
  std::vector<Argument> arguments;
  std::vector<Option> options;
  std::vector<Example> examples;
  std::vector<ExitStatus> exit_statuses;
  bool works_long = false;  ///< Ctrl-C is a polite request here: the work stops at the next safe place
  /// Does the work and writes the answer; an error is presented by the caller.
  Result<void> (*run)(Context& context, const Arguments& arguments);
};

/// Every command, in the order of the overview.
[[nodiscard]] std::span<const Command* const> commands();

/// The command of that name ("status", "db current"), or null.
[[nodiscard]] const Command* find_command(std::string_view name);

/// The options that every command takes.
[[nodiscard]] std::span<const Option> global_options();

/// The exit statuses of the whole program.
[[nodiscard]] std::span<const ExitStatus> all_exit_statuses();

}  // namespace liftlock::cli
