#include "cli/commands/all.hpp"
#include "cli/context.hpp"
#include "cli/reference.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  context.answer(arguments.flag("--markdown") ? markdown_reference() : man_page());
  return {};
}

}  // namespace

const Command& man_command() {
  static const Command command{.name = "man",
                               .group = "Help",
                               .summary = "Print the man page",
                               .description = "",
                               .arguments = {},
                               .options = {{"--markdown", "", "", "As docs/reference/commands.md."}},
                               .examples = {{"liftlock man | man -l -", "Read it."},
                                            {"liftlock man > /usr/local/share/man/man1/liftlock.1", "Install it."}},
                               .exit_statuses = {{0, "It was printed."}},
                               .run = run};
  return command;
}

}  // namespace liftlock::cli
