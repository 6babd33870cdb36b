#include "cli/render/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "cli/render/plan.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

bool is_number(const std::string& cell) {
  return !cell.empty() && std::ranges::all_of(cell, [](unsigned char c) {
    return std::isdigit(c) != 0 || c == ',' || c == '-' || c == '+';
  });
}

/// A column of numbers stands on the right.
TextTable::Align alignment(const change::ReportSection& section, std::size_t column) {
  const bool numbers = std::ranges::all_of(section.rows, [&](const std::vector<std::string>& row) {
    return column >= row.size() || row[column].empty() || is_number(row[column]);
  });
  return numbers && !section.rows.empty() ? TextTable::Align::right : TextTable::Align::left;
}

std::string table_text(const change::ReportSection& section, const Style& style) {
  std::vector<TextTable::Column> columns;
  for (std::size_t i = 0; i < section.columns.size(); ++i) {
    columns.push_back({style.dim(section.columns[i]), alignment(section, i)});
  }
  TextTable table(columns);
  for (const std::vector<std::string>& row : section.rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(printable(cell));
    table.add(std::move(cells));
  }
  return table.render(2);
}

std::string lines_text(const change::ReportSection& section, const Style& style) {
  TextTable table({{""}, {""}});
  const bool labelled = std::ranges::any_of(section.lines, [](const auto& line) { return !line.first.empty(); });
  std::string out;
  for (const auto& [label, value] : section.lines) {
    if (labelled) {
      table.add({style.dim(label), printable(value)});
    } else {
      out += fmt::format("  {}\n", printable(value));
    }
  }
  return out + table.render(2);
}

std::string outcome_text(change::Outcome outcome, const Style& style) {
  const std::string name(change::name_of(outcome));
  switch (outcome) {
    case change::Outcome::unfinished:
    case change::Outcome::undone:
      return style.red(name);
    case change::Outcome::rolled_back:
      return style.yellow(name);
    case change::Outcome::changed:
    case change::Outcome::settled:
      return style.green(name);
    case change::Outcome::already_there:
    case change::Outcome::rehearsed:
      return name;
  }
  return name;
}

}  // namespace

std::string render_report(const change::ReportText& text, const Style& style) {
  std::string out = style.bold(text.headline) + "\n";
  for (const change::ReportSection& section : text.sections) {
    out += "\n";
    if (!section.title.empty()) out += style.bold(section.title) + "\n";
    out += lines_text(section, style);
    if (!section.columns.empty()) out += table_text(section, style);
  }
  return out;
}

std::string render_history(const std::vector<change::Report>& reports, const Style& style) {
  if (reports.empty()) return "No changes yet.\n";
  TextTable table({{style.dim("id")},
                   {style.dim("started")},
                   {style.dim("command")},
                   {style.dim("from")},
                   {style.dim("to")},
                   {style.dim("outcome")},
                   {style.dim("why")}});
  for (const change::Report& report : reports) {
    table.add({report.id, report.started_at, report.command, release_span(report.from_releases), report.to_release,
               outcome_text(report.outcome, style), printable(report.failure)});
  }
  return table.render();
}

}  // namespace liftlock::cli
