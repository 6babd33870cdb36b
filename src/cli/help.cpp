#include "cli/help.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "cli/parser.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

std::size_t width_of(const Style& style) { return static_cast<std::size_t>(std::clamp(style.width, 60, 100)); }

std::string heading(std::string_view text, const Style& style) { return style.bold(text) + "\n"; }

std::string examples_text(std::span<const Example> examples, const Style& style) {
  std::string out;
  for (const Example& example : examples) {
    out += fmt::format("  {}\n", style.cyan(example.command));
    out += wrap(example.meaning, width_of(style), 6);
  }
  return out;
}

/// Terms with their explanations, one below the other where the term is long.
std::string definitions(const std::vector<std::pair<std::string, std::string>>& entries, const Style& style) {
  std::size_t column = 0;
  for (const auto& [term, explanation] : entries)
    column = std::max(column, std::min<std::size_t>(display_width(term), 26));
  const std::size_t indent = column + 4;
  std::string out;
  for (const auto& [term, explanation] : entries) {
    const std::string text = wrap(explanation, width_of(style), indent);
    if (display_width(term) > column) {
      out += fmt::format("  {}\n{}", term, text);
    } else {
      out += fmt::format("  {}{}", term, text.substr(std::min(text.size(), 2 + display_width(term))));
    }
  }
  return out;
}

std::string options_text(std::span<const Option> options, const Style& style) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const Option& option : options) {
    const std::string indent = option.short_name.empty() ? "    " : "";
    entries.emplace_back(indent + option_text(option), std::string(option.help));
  }
  return definitions(entries, style);
}

std::string exit_statuses_text(std::span<const ExitStatus> statuses, const Style& style) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const ExitStatus& status : statuses) entries.emplace_back(fmt::format("{:>3}", status.code), status.meaning);
  return definitions(entries, style);
}

std::string groups_text(std::string_view family, const Style& style) {
  std::string out;
  std::vector<std::string_view> groups;
  for (const Command* command : commands()) {
    if (std::ranges::find(groups, command->group) == groups.end()) groups.push_back(command->group);
  }
  for (const std::string_view group : groups) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const Command* command : commands()) {
      const bool wanted = family.empty() || command->name.starts_with(fmt::format("{} ", family));
      if (command->group == group && wanted) entries.emplace_back(command->name, command->summary);
    }
    if (!entries.empty()) out += "\n" + heading(group, style) + definitions(entries, style);
  }
  return out;
}

std::string family_help(std::string_view family, const Style& style) {
  std::string out = fmt::format("Usage: liftlock {} COMMAND …\n", family) + groups_text(family, style);
  return out + fmt::format("\nMore about one of them: liftlock {} COMMAND --help\n", family);
}

}  // namespace

std::string version_text() { return "liftlock " LIFTLOCK_VERSION; }

std::string usage_text(const Command& command) {
  std::string line = fmt::format("liftlock {}", command.name);
  if (!command.options.empty()) line += " [OPTIONS]";
  for (const Option& option : command.options) {
    if (option.required) line += fmt::format(" {} {}", option.name, option.value);
  }
  for (const Argument& argument : command.arguments) {
    const std::string name = std::string(argument.name) + (argument.repeated ? "…" : "");
    line += argument.required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
  }
  return line;
}

std::string option_text(const Option& option) {
  std::string text =
      option.short_name.empty() ? std::string(option.name) : fmt::format("{}, {}", option.short_name, option.name);
  if (!option.value.empty()) text += fmt::format(" {}", option.value);
  return text;
}

std::span<const Example> overview_examples() {
  static const std::vector<Example> examples{
      {"liftlock plan dir:/srv/open-webui/data 0.12.4",
       "What would happen, what it would cost, what stands in the way."},
      {"liftlock change dir:/srv/open-webui/data 0.12.4", "Do it: snapshot, rehearsal, cutover, verification, report."},
      {"liftlock rollback dir:/srv/open-webui/data", "Bring back exactly what was there."},
  };
  return examples;
}

std::string overview_help(const Style& style) {
  std::string out = "Changes the version of a self-hosted Open WebUI without losing a chat.\n\n";
  out += heading("Examples", style) + examples_text(overview_examples(), style);
  out += "\nUsage: liftlock [OPTIONS] COMMAND …\n";
  out += groups_text({}, style);
  out += "\n" + heading("Options of every command", style) + options_text(global_options(), style);
  out += "\n" + wrap(
                    "DEPLOYMENT is dir:DATA_DIR, or the path of a data directory. VERSION is a release (0.12.4), or "
                    "latest. More about a command: liftlock COMMAND --help",
                    width_of(style), 0);
  out += "\n" + heading("Exit statuses", style) + exit_statuses_text(all_exit_statuses(), style);
  return out;
}

std::string command_help(const Command& command, const Style& style) {
  std::string out = fmt::format("liftlock {}: {}\n\n", command.name, command.summary);
  out += heading("Examples", style) + examples_text(command.examples, style);
  out += fmt::format("\nUsage: {}\n", usage_text(command));
  if (!command.description.empty()) out += "\n" + wrap(command.description, width_of(style), 0);
  if (!command.arguments.empty()) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const Argument& argument : command.arguments) entries.emplace_back(argument.name, argument.help);
    out += "\n" + heading("Arguments", style) + definitions(entries, style);
  }
  if (!command.options.empty()) out += "\n" + heading("Options", style) + options_text(command.options, style);
  out += "\n" + heading("Options of every command", style) + options_text(global_options(), style);
  out += "\n" + heading("Exit statuses", style) + exit_statuses_text(command.exit_statuses, style);
  return out;
}

Result<std::string> help_on(std::string_view topic, const Style& style) {
  if (topic.empty()) return overview_help(style);
  if (const Command* command = find_command(topic)) return command_help(*command, style);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < topic.size();) {
    const std::size_t end = std::min(topic.find(' ', at), topic.size());
    words.emplace_back(topic.substr(at, end - at));
    at = end + 1;
  }
  const Request request = TRY(read_request(words));
  if (request.kind == Request::Kind::help) return family_help(request.topic, style);
  return command_help(*request.command, style);
}

}  // namespace liftlock::cli
