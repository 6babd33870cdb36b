#include <fmt/core.h>

#include <chrono>

#include "base/format.hpp"
#include "change/losses.hpp"
#include "change/notes.hpp"
#include "change/report.hpp"

namespace liftlock::change {

namespace {

std::string bytes(std::int64_t count) { return format_bytes(static_cast<std::uint64_t>(count < 0 ? 0 : count)); }

std::string seconds(double count) {
  return format_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(count)));
}

std::string number(const std::optional<std::int64_t>& count) { return count ? format_count(*count) : "-"; }

std::string origin(const Report& report) {
  if (!report.from_releases.empty()) {
    const std::string& first = report.from_releases.front();
    const std::string& last = report.from_releases.back();
    return first == last ? first : fmt::format("{} … {}", first, last);
  }
  return report.from_revision.empty() ? "a database without a version" : "revision " + report.from_revision;
}

std::string destination(const Report& report) {
  if (!report.to_release.empty()) return report.to_release;
  return report.to_revision.empty() ? "a database without a version" : "revision " + report.to_revision;
}

std::string headline(const Report& report) {
  switch (report.outcome) {
    case Outcome::already_there:
      return fmt::format("{} is at {} already: nothing to do.", report.address, report.to_release);
    case Outcome::rehearsed:
      return fmt::format("Rehearsed: {} to {} works on a copy. Nothing was changed.", origin(report),
                         report.to_release);
    case Outcome::changed:
      return fmt::format("Changed: {} is now at {}, verified.", report.address, report.to_release);
    case Outcome::settled:
      return fmt::format("Changed to {} and settled.", report.to_release);
    case Outcome::undone:
      return report.command == "rollback" ? fmt::format("Not rolled back: {} is as it was.", report.address)
                                          : fmt::format("Not changed: {} is as it was.", report.address);
    case Outcome::rolled_back:
      return report.command == "rollback"
                 ? fmt::format("Rolled back: {} is what it was before the change.", report.address)
                 : fmt::format("Changed to {}, and rolled back since.", report.to_release);
    case Outcome::unfinished:
      return fmt::format("Interrupted: end it with liftlock resume {}", report.address);
  }
  return {};
}

/// "2 users saw 31 chats, 12 of them opened" or why not.
std::string asked(const TrialFigures& trial) {
  if (trial.users == 0) return fmt::format("nobody's chats could be looked at ({})", trial.not_asked);
  std::string text = fmt::format("{} saw {}, {} of them opened", format_count(trial.users, "user", "users"),
                                 format_count(trial.chats_listed, "chat", "chats"), format_count(trial.chats_opened));
  if (!trial.not_asked.empty()) text += fmt::format("; not all could be asked ({})", trial.not_asked);
  return text;
}

void add_trial(ReportSection& section, const TrialFigures& trial) {
  if (!trial.skipped.empty()) {
    section.lines.emplace_back("trial", fmt::format("none: {}", trial.skipped));
    return;
  }
  const std::string memory = trial.memory_bytes > 0 ? fmt::format(", {} of memory", bytes(trial.memory_bytes)) : "";
  section.lines.emplace_back("trial",
                             fmt::format("answered after {}, stopped in {}{}; {}", seconds(trial.start_seconds),
                                         seconds(trial.stop_seconds), memory, asked(trial)));
  section.lines.emplace_back("predicted", fmt::format("down for about {}", seconds(trial.downtime_seconds)));
}

std::string down(const ProgramFigures& program) {
  if (!program.probed) return seconds(program.downtime_seconds);
  return fmt::format("{}, asked ten times a second; before that, at most {} between two answers",
                     seconds(program.downtime_seconds), seconds(program.longest_silence_seconds));
}

ReportSection summary(const Report& report) {
  ReportSection section;
  if (!report.failure.empty()) section.lines.emplace_back("why", report.failure);
  section.lines.emplace_back("from", origin(report));
  section.lines.emplace_back("to", destination(report));
  if (const auto& program = report.program) {
    section.lines.emplace_back("program", fmt::format("{} → {}", program->target.deployed_name, program->target.name));
    if (!program->target.digest.empty()) section.lines.emplace_back("digest", program->target.digest);
    if (!program->target.registry_error.empty())
      section.lines.emplace_back("registry", "not heeded: " + program->target.registry_error);
    if (program->downtime_seconds > 0) section.lines.emplace_back("down for", down(*program));
    if (!program->answered_from.empty()) {
      section.lines.emplace_back("answers",
                                 program->answered_version.empty()
                                     ? program->answered_from
                                     : fmt::format("{} at {}", program->answered_version, program->answered_from));
    }
  }
  if (const auto& snapshot = report.snapshot) {
    section.lines.emplace_back("snapshot",
                               fmt::format("{} of {} in {}: {}", bytes(snapshot->bytes), bytes(snapshot->data_bytes),
                                           seconds(snapshot->seconds), snapshot->path.string()));
  }
  if (const auto& rehearsal = report.rehearsal) {
    section.lines.emplace_back("rehearsal",
                               fmt::format("restored in {}, migrated in {}, verified in {}; {} of memory, {} of disk",
                                           seconds(rehearsal->restore_seconds), seconds(rehearsal->migrate_seconds),
                                           seconds(rehearsal->verify_seconds), bytes(rehearsal->peak_memory_bytes),
                                           bytes(rehearsal->peak_disk_bytes)));
  }
  if (report.trial) add_trial(section, *report.trial);
  if (report.cutover && report.cutover->seconds > 0) {
    section.lines.emplace_back("cutover", seconds(report.cutover->seconds));
  }
  return section;
}

ReportSection checks(const Verification& verification) {
  ReportSection section{"Verification", {}, {}, {}};
  for (const Check& check : verification.checks) {
    std::string text = check.title;
    if (!check.detail.empty()) text += ": " + check.detail;
    section.lines.emplace_back(check.ok ? "ok" : "FAILED", text);
  }
  return section;
}

ReportSection counts(const Verification& verification) {
  ReportSection section{"What is there", {}, {"", "before", "after"}, {}};
  for (const Count& count : verification.counts)
    section.rows.push_back({count.kind, number(count.before), number(count.after)});
  return section;
}

ReportSection explained(const Verification& verification) {
  ReportSection section{"What the revisions changed in rows that were there", {}, {"table", "what", "why"}, {}};
  for (const auto& difference : verification.explained) {
    section.rows.push_back({difference.table, difference.what, difference.why});
  }
  return section;
}

ReportSection notes(const Report& report) {
  ReportSection section{"Notes", {}, {}, {}};
  for (const auto& note : report.notes) section.lines.emplace_back(note.table, sentence_of(note));
  if (report.quarantined > 0) {
    section.lines.emplace_back("quarantine", fmt::format("{} that the new version cannot hold; kept for ever in {}",
                                                         format_count(report.quarantined, "value", "values"),
                                                         report.quarantine_file.string()));
  }
  return section;
}

ReportSection files(const Report& report) {
  ReportSection section{"Files", {}, {}, {}};
  for (const auto& path : report.kept_files) section.lines.emplace_back("kept until settled", path.string());
  for (const auto& kept : report.kept_instances)
    section.lines.emplace_back("kept until settled", "container " + kept.name);
  if (!report.log_file.empty()) section.lines.emplace_back("its log", report.log_file.string());
  for (const auto& path : report.restored_files) section.lines.emplace_back("restored", path.string());
  section.lines.emplace_back("report", report.file.string());
  return section;
}

}  // namespace

ReportText text_of(const Report& report) {
  ReportText text{headline(report), {}};
  const auto add = [&](ReportSection section) {
    if (!section.lines.empty() || !section.rows.empty()) text.sections.push_back(std::move(section));
  };
  if (report.outcome != Outcome::already_there) add(summary(report));
  if (report.verification) {
    add(checks(*report.verification));
    add(counts(*report.verification));
    add(explained(*report.verification));
  }
  add(notes(report));
  ReportSection losses{"Left behind", {}, {}, {}};
  for (const std::string& line : lines_of(report.losses)) losses.lines.emplace_back("", line);
  add(std::move(losses));
  if (!report.file.empty()) add(files(report));
  ReportSection next{"Next", {}, {}, {}};
  for (const std::string& command : report.next) next.lines.emplace_back("", command);
  add(std::move(next));
  return text;
}

}  // namespace liftlock::change
