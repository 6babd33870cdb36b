#include "cli/render/examination.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/format.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

using change::doctor::Examination;
using change::doctor::Finding;
using change::doctor::Severity;

std::string heading(const Finding& finding, const Style& style) {
  const auto width = static_cast<std::size_t>(std::min(style.width, 100));
  const std::string title = printable(finding.title);
  if (finding.severity == Severity::fine) return wrap(style.green("✓") + " " + title, width, 2);
  const std::string name(name_of(finding.severity));
  const std::string painted = finding.severity == Severity::serious   ? style.red(name)
                              : finding.severity == Severity::warning ? style.yellow(name)
                                                                      : style.cyan(name);
  return "\n" + wrap(painted + " " + title + " " + style.dim("[" + finding.id + "]"), width, 2);
}

/// Commands stand on lines of their own, to be copied: only the other lines are filled.
std::string filled(const std::string& text, const Style& style) {
  constexpr std::size_t indent = 4;
  const auto width = static_cast<std::size_t>(std::min(style.width, 100));
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = printable(text.substr(at, end - at));
    if (line.starts_with("    "))
      out += fmt::format("    {}\n", line);
    else if (!line.empty())
      out += wrap(line, width, indent);
    at = end + 1;
  }
  return out;
}

std::string summary(const Examination& examination, const Style& style) {
  const auto count = [&](Severity severity) {
    return std::ranges::count(examination.findings, severity, &Finding::severity);
  };
  const auto serious = count(Severity::serious);
  const auto warnings = count(Severity::warning);
  const auto notes = count(Severity::note);
  std::string text;
  const auto add = [&](std::int64_t number, const char* one, const char* many) {
    if (number > 0) text += (text.empty() ? "" : ", ") + format_count(number, one, many);
  };
  add(serious, "serious finding", "serious findings");
  add(warnings, "warning", "warnings");
  add(notes, "note", "notes");
  if (serious > 0) return style.red(text);
  if (warnings > 0) return style.yellow(text);
  return text.empty() ? style.green("all is well") : style.green("nothing serious") + ", " + text;
}

}  // namespace

std::string render_examination(const Examination& examination, const Style& style) {
  std::string out = fmt::format("{}: {}\n", style.bold(printable(examination.address)), summary(examination, style));
  bool fine_begun = false;
  for (const Finding& finding : examination.findings) {
    if (finding.severity == Severity::fine && !std::exchange(fine_begun, true)) out += "\n";
    out += heading(finding, style) + filled(finding.meaning, style) + filled(finding.solution, style);
  }
  return out;
}

nlohmann::ordered_json examination_json(const Examination& examination) {
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const Finding& finding : examination.findings) {
    findings.push_back({{"id", finding.id},
                        {"severity", name_of(finding.severity)},
                        {"title", finding.title},
                        {"meaning", finding.meaning},
                        {"solution", finding.solution}});
  }
  return {{"deployment", examination.address}, {"worst", name_of(examination.worst())}, {"findings", findings}};
}

}  // namespace liftlock::cli
