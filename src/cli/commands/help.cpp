#include "cli/help.hpp"

#include <fmt/ranges.h>

#include "cli/commands/all.hpp"
#include "cli/context.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  context.answer(TRY(help_on(fmt::format("{}", fmt::join(arguments.words("COMMAND"), " ")), context.style())));
  return {};
}

}  // namespace

const Command& help_command() {
  static const Command command{
      .name = "help",
      .group = "Help",
      .summary = "Explain a command, or list them all",
      .description = "",
      .arguments = {{.name = "COMMAND", .help = "Which one.", .required = false, .repeated = true}},
      .options = {},
      .examples = {{"liftlock help change", "The same as: liftlock change --help"}},
      .exit_statuses = {{0, "The help was printed."}, {2, "There is no such command."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
