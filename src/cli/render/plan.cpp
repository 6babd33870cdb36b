#include "cli/render/plan.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/format.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

std::size_t width_of(const Style& style) { return static_cast<std::size_t>(std::clamp(style.width, 60, 110)); }

std::string bytes(std::int64_t count) {
  return format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(0, count)));
}

std::string place(const migration::DatabaseState& state) {
  if (!state.revision.empty()) return state.revision;
  if (state.peewee_migrations > 0) return fmt::format("Peewee migration {} of 18", state.peewee_migrations);
  return "nothing yet";
}

std::string head_text(const migration::Head& head) {
  return head.revision.empty() ? fmt::format("Peewee migration {} of 18", head.peewee_migrations) : head.revision;
}

std::string_view direction_text(const change::Plan& plan) {
  switch (plan.direction) {
    case change::Direction::none:
      return plan.is_done() ? "nothing to do: the database is there already"
                            : "the program alone: the database is there already";
    case change::Direction::up:
      return "up, by migrating a copy of the database";
    case change::Direction::down:
      return plan.by_snapshot ? "down, by a snapshot of that version" : "down, by migrating a copy of the database";
    case change::Direction::unknown:
      return "not known yet: which release that is, only the program in it tells";
  }
  return "";
}

std::string to_text(const change::Plan& plan) {
  if (plan.direction == change::Direction::unknown) return printable(plan.wanted);
  return fmt::format("{}  ({})", plan.target_release, head_text(plan.head));
}

std::string program_state(const deployment::Target& program) {
  if (program.is_deployed()) return "which is what runs already";
  if (!program.id.empty()) return "here already";
  return fmt::format("not here yet: it is pulled before anything is stopped{}",
                     program.bytes > 0 ? fmt::format(" ({})", bytes(program.bytes)) : std::string());
}

void add_program(TextTable& table, const deployment::Target& program, const Style& style) {
  table.add({style.dim("program"), fmt::format("{} → {}", printable(program.deployed_name), printable(program.name))});
  if (!program.digest.empty()) table.add({style.dim(""), program.digest});
  table.add({style.dim(""), program_state(program)});
  if (!program.registry_error.empty())
    table.add({style.dim(""), "the registry was not heeded: " + printable(program.registry_error)});
}

std::string summary(const change::Plan& plan, const Style& style) {
  TextTable table({{""}, {""}});
  table.add({style.dim("from"), fmt::format("{}  ({})", release_span(plan.from_releases), place(plan.from_state))});
  table.add({style.dim("to"), to_text(plan)});
  table.add({style.dim("direction"), std::string(direction_text(plan))});
  if (plan.program) add_program(table, *plan.program, style);
  if (plan.trial) table.add({style.dim("trial"), "started on a copy of the changed data first, and asked as users"});
  const bool migrates = plan.direction == change::Direction::up || plan.direction == change::Direction::down;
  if (migrates && !plan.by_snapshot) table.add({style.dim("engine"), plan.engine});
  return table.render(2);
}

std::string step_text(const change::PlanStep& step, std::size_t id_width, const Style& style) {
  const std::string summary = step.summary.empty() ? style.dim("schema only") : step.summary;
  const std::string padding(id_width - step.id.size(), ' ');
  return fmt::format("  {}{}{}", style.cyan(step.id), padding,
                     wrap(summary, width_of(style), id_width + 4).substr(id_width + 2));
}

std::string steps_text(const change::Plan& plan, const Style& style, bool verbose) {
  if (plan.steps.empty()) return {};
  std::vector<const change::PlanStep*> shown;
  std::size_t id_width = 0;
  for (const change::PlanStep& step : plan.steps) {
    if (step.summary.empty() && !verbose) continue;
    shown.push_back(&step);
    id_width = std::max(id_width, step.id.size());
  }
  std::string out = style.bold(fmt::format("\nSteps ({})\n", plan.steps.size()));
  for (const change::PlanStep* step : shown) out += step_text(*step, id_width, style);
  if (const std::size_t left_out = plan.steps.size() - shown.size(); left_out > 0) {
    out += style.dim(fmt::format("  … and {} that change the schema only (--verbose lists them)\n", left_out));
  }
  return out;
}

std::string costs_text(const change::Plan& plan, const Style& style) {
  const change::Costs& costs = plan.costs;
  TextTable table({{""}, {""}});
  table.add({style.dim("time"), fmt::format("about {}, of which {} down", format_seconds(costs.seconds),
                                            format_seconds(costs.downtime_seconds))});
  table.add({style.dim("memory"), fmt::format("at most {}", bytes(costs.memory_bytes))});
  const auto disk = [&](const char* name, std::int64_t needed, std::int64_t free) {
    const std::string text = fmt::format("{} needed, {} free", bytes(needed), bytes(free));
    table.add({style.dim(name), needed > free ? style.red(text) : text});
  };
  disk("disk", costs.disk_bytes, costs.disk_free_bytes);
  if (costs.snapshot_bytes > 0) disk("snapshots' disk", costs.snapshot_bytes, costs.snapshot_free_bytes);
  return style.bold("\nCosts (estimated from the data)\n") + table.render(2);
}

std::string severity_text(hazard::Severity severity, const Style& style) {
  switch (severity) {
    case hazard::Severity::note:
      return style.dim("note");
    case hazard::Severity::warning:
      return style.yellow("warning");
    case hazard::Severity::blocks:
      return style.red("blocks");
  }
  return {};
}

std::string finding_text(const hazard::Finding& finding, const Style& style) {
  std::string out = fmt::format("  {}  {} {}\n", severity_text(finding.severity, style), style.bold(finding.title),
                                style.dim(fmt::format("[{}]", finding.id)));
  if (!finding.meaning.empty()) out += wrap(finding.meaning, width_of(style), 4);
  for (const std::string& example : finding.examples) out += fmt::format("    · {}\n", printable(example));
  // Not wrapped: commands stand in it that are there to be copied.
  for (std::size_t at = 0; at < finding.solution.size();) {
    const std::size_t end = std::min(finding.solution.find('\n', at), finding.solution.size());
    out += fmt::format("    {} {}\n", at == 0 ? "→" : " ", finding.solution.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string findings_text(const change::Plan& plan, const Style& style) {
  if (plan.findings.empty()) return style.bold("\nHazards\n") + "  none found\n";
  std::vector<const hazard::Finding*> worst_first;
  for (const hazard::Finding& finding : plan.findings) worst_first.push_back(&finding);
  std::ranges::stable_sort(worst_first, std::ranges::greater{}, &hazard::Finding::severity);
  std::string out = style.bold("\nHazards\n");
  for (const hazard::Finding* finding : worst_first) out += finding_text(*finding, style);
  return out;
}

std::string no_return_text(const change::Plan& plan, const Style& style) {
  if (plan.points_of_no_return.empty()) return {};
  std::string out = style.bold("\nPoints of no return\n");
  for (const std::string& sentence : plan.points_of_no_return) {
    out += "  ·" + wrap(sentence, width_of(style), 4).substr(3);
  }
  return out;
}

std::string restore_point_text(const change::Plan& plan, const Style& style) {
  if (!plan.restore_point) return {};
  const change::RestorePoint& point = *plan.restore_point;
  TextTable table({{""}, {""}});
  table.add({style.dim("snapshot"), printable(point.snapshot.string())});
  table.add({style.dim("taken"), point.taken_at});
  table.add(
      {style.dim("of"), fmt::format("{}  ({})", point.release.empty() ? "unknown" : point.release, point.revision)});
  if (plan.by_snapshot) return style.bold("\nGoes back to\n") + table.render(2);
  return style.bold("\nOr goes back to this, and loses what was written since (--from-snapshot)\n") + table.render(2);
}

std::string losses_text(const change::Plan& plan, const Style& style) {
  if (plan.losses.empty()) return {};
  std::string out = style.bold(fmt::format("\nLeft behind, since {} cannot hold it\n", plan.target_release));
  for (const auto& loss : plan.losses) out += fmt::format("  · {}\n", printable(sentence_of(loss)));
  return out;
}

}  // namespace

std::string release_span(const std::vector<std::string>& releases) {
  std::vector<std::string> shown = releases;
  std::erase_if(shown, [](const std::string& release) { return release.find("dev") != std::string::npos; });
  if (shown.empty()) shown = releases;
  if (shown.empty()) return "unknown";
  if (shown.size() == 1) return shown.front();
  return fmt::format("{} … {}", shown.front(), shown.back());
}

std::string render_plan(const change::Plan& plan, const Style& style, bool verbose) {
  std::string out = style.bold(fmt::format("Plan for {}\n", printable(plan.address))) + summary(plan, style);
  if (plan.direction == change::Direction::unknown) return out;
  if (plan.is_done()) return out + (plan.findings.empty() ? "" : findings_text(plan, style));
  return out + losses_text(plan, style) + restore_point_text(plan, style) + steps_text(plan, style, verbose) +
         costs_text(plan, style) + findings_text(plan, style) + no_return_text(plan, style);
}

}  // namespace liftlock::cli
