#include "cli/menu/menu.hpp"

#include <cstdio>

#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/commands/versions.hpp"
#include "cli/context.hpp"
#include "cli/interrupt.hpp"
#include "cli/main.hpp"
#include "cli/menu/dialogue.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

/// The terminal, this machine, and the commands of this program.
class RealWorld final : public menu::World {
 public:
  explicit RealWorld(Context& context) : context_(context) {}

  Style style() override {
    Style style = context_.style();
    style.width = look_at_terminal().width;
    return style;
  }

  void show(std::string_view text) override {
    context_.answer(text);
    std::fflush(stdout);
  }

  Heard ask(std::string_view prompt, std::string& line) override {
    if (told_to_end()) return Heard::end;
    show("\n" + std::string(prompt));
    const Heard heard = read_line(line);
    if (heard != Heard::line) show("\n");
    if (told_to_end()) return Heard::end;
    forget_interrupts();
    return heard;
  }

  Result<Inventory> inventory() override { return take_inventory(); }
  Result<AnyStatus> status(const std::string& address) override { return look_at(address); }
  Result<VersionList> versions(const std::string& address, std::size_t limit) override {
    return versions_for(context_, address, limit);
  }
  Result<std::vector<snapshot::Listed>> snapshots(const std::string& address) override {
    return snapshot::list(TRY(find_deployment(address)).state_folder);
  }

  std::string command_line(const std::vector<std::string>& words) override {
    std::string line = "liftlock";
    for (const std::string& word : with_options(words)) line += " " + menu::shell_word(word);
    return line;
  }

  void run(const std::vector<std::string>& words) override {
    forget_interrupts();
    run_command_line(with_options(words));
    forget_interrupts();
  }

 private:
  /// Those of the menu itself hold for what it runs.
  [[nodiscard]] std::vector<std::string> with_options(std::vector<std::string> words) const {
    const Globals& globals = context_.globals();
    if (globals.verbose) words.emplace_back("--verbose");
    if (globals.quiet) words.emplace_back("--quiet");
    if (globals.no_color) words.emplace_back("--no-color");
    if (!globals.config.empty()) words.insert(words.end(), {"--config", globals.config});
    return words;
  }

  Context& context_;
};

Result<void> refuse_without_somebody(const Context& context) {
  const Globals& globals = context.globals();
  if (globals.json || globals.yes || globals.no_input) {
    return usage_error("option-invalid", "the menu asks, and shows text: --json, --yes and --no-input are for commands",
                       "liftlock --help lists them.");
  }
  if (context.terminal().input && context.terminal().output) return {};
  return usage_error("terminal-needed", "the menu needs a terminal, with somebody who chooses",
                     "Over ssh: ssh -t MACHINE liftlock\nIn a script, use the commands: liftlock --help");
}

Result<void> run(Context& context, const Arguments&) {
  TRY(refuse_without_somebody(context));
  watch_interrupts();
  RealWorld world(context);
  if (run_menu(world) == menu::Ended::chosen && !told_to_end()) return {};
  return std::unexpected(
      Error{ErrorKind::cancelled, "menu-left", {}, "You left the menu.", "Nothing was changed by that.", {}});
}

}  // namespace

const Command& menu_command() {
  static const Command command{
      .name = "menu",
      .group = "Look",
      .summary = "Do all this by choosing from lists",
      .description =
          "Lists what is deployed, and for each one what can be done: look at it, change its version, back it up, "
          "restore "
          "it, read its history and its log, ask the doctor. It runs the commands of this page and shows the command "
          "line "
          "of each, so that it can be typed the next time. Enter never changes anything: the answer to every question "
          "is "
          "then no, and the choice of every list cancels. Ctrl-C goes back to the list before; while a command works, "
          "it "
          "stops that command as it would outside. `liftlock` alone on a terminal is the same.",
      .arguments = {},
      .options = {},
      .examples = {{"liftlock", "On a terminal."},
                   {"liftlock menu", "The same; on another machine: ssh -t server liftlock menu"}},
      .exit_statuses = {{0, "It was left by its own choice, or by Ctrl-D; whatever came of the commands."},
                        {2, "There is no terminal, or an option does not go with it."},
                        {130, "It was left by Ctrl-C in its first list."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
