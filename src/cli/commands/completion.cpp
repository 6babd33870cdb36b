#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/context.hpp"
#include "cli/reference.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const std::string shell = arguments.required("SHELL");
  const std::string script = completion_script(shell);
  if (script.empty()) {
    return usage_error("shell-unknown", fmt::format("there is no completion for \"{}\"", shell),
                       "There is one for bash, zsh and fish.");
  }
  context.answer(script);
  return {};
}

}  // namespace

const Command& completion_command() {
  static const Command command{
      .name = "completion",
      .group = "Help",
      .summary = "Print the completion script of a shell",
      .description = "",
      .arguments = {{.name = "SHELL",
                     .help = "bash, zsh or fish.",
                     .completes = Completes::choices,
                     .choices = {"bash", "zsh", "fish"}}},
      .options = {},
      .examples = {{"liftlock completion bash > /usr/share/bash-completion/completions/liftlock",
                    "For every user's bash."},
                   {"liftlock completion zsh > /usr/local/share/zsh/site-functions/_liftlock", "For every user's zsh."},
                   {"liftlock completion fish > ~/.config/fish/completions/liftlock.fish", "For your own fish."}},
      .exit_statuses = {{0, "The script was printed."}, {2, "There is none for that shell."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
