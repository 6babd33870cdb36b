#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/command.hpp"
#include "cli/reference.hpp"

namespace liftlock::cli {

namespace {

std::string join(const std::vector<std::string_view>& words) {
  std::string joined;
  for (const std::string_view word : words) joined += (joined.empty() ? "" : " ") + std::string(word);
  return joined;
}

/// Inside single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

/// First words of commands, each with the second words that may follow it.
std::map<std::string_view, std::vector<std::string_view>> words_of_commands() {
  std::map<std::string_view, std::vector<std::string_view>> words;
  for (const Command* command : commands()) {
    const std::size_t space = command->name.find(' ');
    std::vector<std::string_view>& second = words[command->name.substr(0, space)];
    if (space != std::string_view::npos) second.push_back(command->name.substr(space + 1));
  }
  return words;
}

std::string option_words(const Command& command) {
  std::vector<std::string_view> words;
  for (const Option& option : command.options) words.push_back(option.name);
  for (const Option& option : global_options()) words.push_back(option.name);
  return join(words);
}

/// What bash and zsh run to offer a value; `$cur` holds what was typed so far.
std::string offer(Completes completes, const std::vector<std::string_view>& choices) {
  if (!choices.empty()) return fmt::format("words='{}'", join(choices));
  switch (completes) {
    case Completes::version:
      return "words=\"$(_liftlock_versions)\"";
    case Completes::deployment:
      return "dirs=1";
    case Completes::directory:
      return "dirs=1";
    case Completes::file:
      return "files=1";
    case Completes::choices:
    case Completes::nothing:
      return ":";
  }
  return ":";
}

/// The body of a `case "$command" in` that sets options, and a value's offer by its position or option.
std::string shell_cases() {
  std::string out;
  for (const Command* command : commands()) {
    out += fmt::format("    '{}')\n      options='{}'\n", command->name, option_words(*command));
    out += "      case \"$prev\" in\n";
    for (const Option& option : command->options) {
      if (option.value.empty()) continue;
      const std::string names =
          option.short_name.empty() ? std::string(option.name) : fmt::format("{}|{}", option.short_name, option.name);
      out += fmt::format("        {}) value=1; {} ;;\n", names, offer(option.completes, option.choices));
    }
    out += "        *) case \"$position\" in\n";
    for (std::size_t i = 0; i < command->arguments.size(); ++i) {
      const Argument& argument = command->arguments[i];
      out += fmt::format("          {}) {} ;;\n", argument.repeated ? "*" : std::to_string(i),
                         offer(argument.completes, argument.choices));
    }
    out += "          esac ;;\n      esac ;;\n";
  }
  return out;
}

std::string family_cases(std::string_view indent) {
  std::string out;
  for (const auto& [first, second] : words_of_commands()) {
    if (!second.empty()) out += fmt::format("{}{}) family={}; seconds='{}' ;;\n", indent, first, first, join(second));
  }
  return out;
}

std::string first_words() {
  std::vector<std::string_view> words;
  for (const auto& [first, second] : words_of_commands()) words.push_back(first);
  return join(words);
}

/// What bash and zsh do with each word that is no option, up to the end of the loop over the words; then what there is
/// to offer. Both shells read these lines alike.
std::string shell_parser() {
  return fmt::format(
      "    if [[ -z $command && -z $family ]]; then\n"
      "      case \"$word\" in\n"
      "{}"
      "        *) command=\"$word\" ;;\n"
      "      esac\n"
      "    elif [[ -z $command ]]; then command=\"$family $word\"\n"
      "    else ((position++)); fi\n"
      "  done\n"
      "  if [[ -z $command ]]; then\n"
      "    if [[ -n $family ]]; then words=\"$seconds\"; else words='{}'; options='--help --version'; fi\n"
      "  fi\n"
      "  case \"$command\" in\n"
      "{}"
      "  esac\n",
      family_cases("        "), first_words(), shell_cases());
}

std::string bash_script() {
  std::string out = "# bash completion for liftlock; install as /usr/share/bash-completion/completions/liftlock\n";
  out +=
      "_liftlock_versions() { liftlock versions --names 2>/dev/null; }\n"
      "_liftlock() {\n"
      "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
      "  local command='' family='' seconds='' options='' words='' dirs='' files='' value='' position=0 i word\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${COMP_WORDS[i]}\"\n"
      "    case \"$word\" in -*) continue ;; esac\n";
  out += shell_parser();
  out +=
      "  COMPREPLY=()\n"
      "  if [[ -z $value && $cur == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
      "  elif [[ -n $dirs ]]; then\n"
      "    compopt -o filenames 2>/dev/null\n"
      "    mapfile -t COMPREPLY < <(compgen -d -- \"${cur#dir:}\")\n"
      "  elif [[ -n $files ]]; then\n"
      "    compopt -o filenames 2>/dev/null\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
      "  fi\n"
      "}\n"
      "complete -F _liftlock liftlock\n";
  return out;
}

std::string zsh_script() {
  std::string out = "#compdef liftlock\n# zsh completion for liftlock; install as _liftlock in a folder of $fpath\n";
  out +=
      "_liftlock_versions() { liftlock versions --names 2>/dev/null }\n"
      "_liftlock() {\n"
      "  local cur=\"${words[CURRENT]}\" prev=\"${words[CURRENT-1]}\"\n"
      "  local -a typed; typed=(\"${(@)words[2,CURRENT-1]}\")\n"
      "  local command='' family='' seconds='' options='' words='' dirs='' files='' value='' word\n"
      "  integer position=0\n"
      "  for word in $typed; do\n"
      "    [[ $word == -* ]] && continue\n";
  out += shell_parser();
  out +=
      "  if [[ -z $value && $cur == -* ]]; then compadd -- ${=options}\n"
      "  elif [[ -n $dirs ]]; then compset -P 'dir:'; _files -/\n"
      "  elif [[ -n $files ]]; then _files\n"
      "  else compadd -- ${=words}\n"
      "  fi\n"
      "}\n"
      "_liftlock \"$@\"\n";
  return out;
}

std::string fish_condition(const Command& command) {
  const std::size_t space = command.name.find(' ');
  const std::string_view first = command.name.substr(0, space);
  if (space == std::string_view::npos) return fmt::format("__fish_seen_subcommand_from {}", first);
  return fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}", first,
                     command.name.substr(space + 1));
}

std::string fish_option(const Option& option, std::string_view condition) {
  std::string line = "complete -c liftlock";
  if (!condition.empty()) line += fmt::format(" -n '{}'", condition);
  line += fmt::format(" -l {}", option.name.substr(2));
  if (!option.short_name.empty()) line += fmt::format(" -s {}", option.short_name.substr(1));
  if (!option.value.empty()) line += option.completes == Completes::nothing || !option.choices.empty() ? " -x" : " -r";
  if (!option.choices.empty()) line += fmt::format(" -a '{}'", join(option.choices));
  return line + fmt::format(" -d '{}'\n", quoted(option.help));
}

std::string fish_argument(const Argument& argument, std::string_view condition) {
  const std::string start = fmt::format("complete -c liftlock -n '{}'", condition);
  if (!argument.choices.empty()) return fmt::format("{} -a '{}'\n", start, join(argument.choices));
  switch (argument.completes) {
    case Completes::version:
      return start + " -a '(liftlock versions --names 2>/dev/null)'\n";
    case Completes::deployment:
    case Completes::directory:
      return start + " -a '(__fish_complete_directories)'\n";
    case Completes::file:
      return start + " -F\n";
    case Completes::choices:
    case Completes::nothing:
      return {};
  }
  return {};
}

std::string fish_script() {
  std::string out = "# fish completion for liftlock; install as ~/.config/fish/completions/liftlock.fish\n";
  out += "complete -c liftlock -f\n";
  const auto words = words_of_commands();
  for (const auto& [first, second] : words) {
    const Command* command = find_command(first);
    const std::string_view summary = command != nullptr ? command->summary : "On a database";
    out += fmt::format("complete -c liftlock -n __fish_use_subcommand -a {} -d '{}'\n", first, quoted(summary));
  }
  for (const Option& option : global_options()) out += fish_option(option, {});
  for (const Command* command : commands()) {
    const std::size_t space = command->name.find(' ');
    if (space != std::string_view::npos) {
      const std::string_view first = command->name.substr(0, space);
      out += fmt::format(
          "complete -c liftlock -n '__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}' -a {} -d "
          "'{}'\n",
          first, join(words.at(first)), command->name.substr(space + 1), quoted(command->summary));
    }
    const std::string condition = fish_condition(*command);
    for (const Option& option : command->options) out += fish_option(option, condition);
    for (const Argument& argument : command->arguments) out += fish_argument(argument, condition);
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return {};
}

}  // namespace liftlock::cli
