#include "cli/reference.hpp"

#include <fmt/core.h>

#include "cli/command.hpp"
#include "cli/help.hpp"

namespace liftlock::cli {

namespace {

/// Text as troff must have it: no command at the start of a line, no escape, real hyphens.
std::string troff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    line_start = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string troff_paragraphs(std::string_view text) {
  std::string out = troff(text);
  for (std::size_t at = out.find("\n\n"); at != std::string::npos; at = out.find("\n\n", at))
    out.replace(at, 2, "\n.PP\n");
  return out + "\n";
}

std::string troff_examples(std::span<const Example> examples) {
  std::string out;
  for (const Example& example : examples) {
    out += fmt::format(".TP\n.B {}\n{}\n", troff(example.command), troff(example.meaning));
  }
  return out;
}

std::string troff_options(std::span<const Option> options) {
  std::string out;
  for (const Option& option : options)
    out += fmt::format(".TP\n.B {}\n{}\n", troff(option_text(option)), troff(option.help));
  return out;
}

std::string troff_exit_statuses(std::span<const ExitStatus> statuses) {
  std::string out;
  for (const ExitStatus& status : statuses) out += fmt::format(".TP\n.B {}\n{}\n", status.code, troff(status.meaning));
  return out;
}

std::string troff_command(const Command& command) {
  std::string out =
      fmt::format(".SS {}\n.B {}\n.PP\n{}.\n", troff(command.name), troff(usage_text(command)), troff(command.summary));
  if (!command.description.empty()) out += ".PP\n" + troff_paragraphs(command.description);
  for (const Argument& argument : command.arguments) {
    out += fmt::format(".TP\n.I {}\n{}\n", troff(argument.name), troff(argument.help));
  }
  out += troff_options(command.options);
  out += ".PP\nExamples:\n" + troff_examples(command.examples);
  return out;
}

/// A table's cell: no line break, no bar.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out.push_back('\\');
    out.push_back(c == '\n' ? ' ' : c);
  }
  return out;
}

std::string markdown_examples(std::span<const Example> examples) {
  std::string out;
  for (const Example& example : examples) out += fmt::format("    {}\n\n{}\n\n", example.command, example.meaning);
  return out;
}

std::string markdown_options(std::span<const Option> options) {
  std::string out = "| option | meaning |\n|---|---|\n";
  for (const Option& option : options)
    out += fmt::format("| `{}` | {} |\n", cell(option_text(option)), cell(option.help));
  return out + "\n";
}

std::string markdown_exit_statuses(std::span<const ExitStatus> statuses) {
  std::string out = "| exit status | meaning |\n|---|---|\n";
  for (const ExitStatus& status : statuses) out += fmt::format("| {} | {} |\n", status.code, cell(status.meaning));
  return out + "\n";
}

std::string markdown_command(const Command& command) {
  std::string out = fmt::format("## liftlock {}\n\n{}.\n\n", command.name, command.summary);
  out += markdown_examples(command.examples);
  out += fmt::format("Usage: `{}`\n\n", usage_text(command));
  if (!command.description.empty()) out += fmt::format("{}\n\n", command.description);
  if (!command.arguments.empty()) {
    out += "| argument | meaning |\n|---|---|\n";
    for (const Argument& argument : command.arguments)
      out += fmt::format("| `{}` | {} |\n", argument.name, cell(argument.help));
    out += "\n";
  }
  if (!command.options.empty()) out += markdown_options(command.options);
  return out + markdown_exit_statuses(command.exit_statuses);
}

}  // namespace

std::string man_page() {
  std::string out = fmt::format(".TH LIFTLOCK 1 \"\" \"{}\" \"User Commands\"\n", version_text());
  out += ".SH NAME\nliftlock \\- changes the version of a self\\-hosted Open WebUI without losing a chat\n";
  out += ".SH SYNOPSIS\n.B liftlock\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR ...\n";
  out += ".SH EXAMPLES\n" + troff_examples(overview_examples());
  out += ".SH OPTIONS OF EVERY COMMAND\n" + troff_options(global_options());
  out += ".SH COMMANDS\n";
  for (const Command* command : commands()) out += troff_command(*command);
  out += ".SH ENVIRONMENT\n.TP\n.B LIFTLOCK_HOME\nWhere snapshots, journals and reports are kept.\n";
  out += ".TP\n.B NO_COLOR\nNo colours, whatever its value.\n";
  out += ".SH EXIT STATUS\n" + troff_exit_statuses(all_exit_statuses());
  return out;
}

std::string markdown_reference() {
  std::string out = "# Commands\n\nWritten by `liftlock man --markdown` from the program's own table; do not edit.\n\n";
  out += markdown_examples(overview_examples());
  out += "## Options of every command\n\n" + markdown_options(global_options());
  for (const Command* command : commands()) out += markdown_command(*command);
  out += "## Exit statuses\n\n" + markdown_exit_statuses(all_exit_statuses());
  out.pop_back();
  return out;
}

}  // namespace liftlock::cli
