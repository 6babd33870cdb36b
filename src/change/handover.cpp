#include "change/handover.hpp"

#include <fmt/core.h>

#include <system_error>

#include "base/process.hpp"
#include "change/downtime.hpp"
#include "change/downward.hpp"
#include "change/losses.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using deployment::Handover;

namespace {

constexpr const char* program_log = "program.log";

deployment::Watch watch_of(Run& run) {
  return {.patience = run.context.start_patience, .progress = &run.context.progress};
}

/// A way back is gone to its end, whoever wants to stop.
deployment::Watch patient_watch(const Run& run) {
  return {.patience = run.context.start_patience, .progress = nullptr};
}

void put_program(Report& report, const Handover& handover) {
  if (!report.program) report.program.emplace();
  report.program->target = handover.target;
}

Result<void> note_verified(Run& run) {
  const Json marks = TRY(marks_of_file(run.deployment.database));
  return run.note("verified", {{"since", run.context.clock.seconds()}, {"marks", marks}});
}

void say_downtime(Run& run) {
  constexpr double noticed = 1;
  const ProgramFigures& figures = *run.report.program;
  run.context.say(fmt::format("Open WebUI was down for {:.1f} s.", figures.downtime_seconds));
  if (figures.longest_silence_seconds > noticed) {
    run.context.say(fmt::format("Before that, while the change was prepared, it once did not answer for {:.1f} s.",
                                figures.longest_silence_seconds));
  }
}

Result<void> start_and_watch(Run& run, deployment::Runner& runner, const Handover& handover) {
  TRY(run.note("start"));
  TRY(runner.start(handover));
  run.context.progress.begin("Waiting for the program to answer", 0, Progress::Unit::steps);
  auto answer = runner.watch(handover, watch_of(run));
  run.context.progress.end();
  if (!answer) return std::unexpected(std::move(answer).error());
  run.report.program->answered_from = answer->from;
  run.report.program->answered_version = answer->version;
  return {};
}

Result<void> carry_out(Run& run, deployment::Driver& driver, const Handover& handover, const Between& between) {
  deployment::Runner& runner = *driver.runner();
  TRY(run.note("stop", {{"handover", to_json(handover)}}));
  const double ordered = run.context.clock.monotonic_seconds();
  TRY(runner.stop(handover));
  run.gone = run.context.clock.monotonic_seconds();
  TRY(between.change_data());
  const double started = run.context.clock.monotonic_seconds();
  TRY(start_and_watch(run, runner, handover));
  put_downtime(run, run.gone, started, run.context.clock.monotonic_seconds() - ordered);
  say_downtime(run);
  TRY(between.look());
  return note_verified(run);
}

// The way back.

bool same_file(const fs::path& path, const file::Facts& facts) {
  const auto now = file::facts(path);
  return now && now->identity.inode == facts.identity.inode && now->size == facts.size &&
         now->modified_nanoseconds == facts.modified_nanoseconds;
}

/// Where the database goes that the program which failed has run on: a rollback's is the kept one of the change.
fs::path place_of_failed(const Run& run, const Swap& swap) {
  return run.report.command == "rollback" ? swap.candidate : run.places.after;
}

/// What the new program's database has beside it must not meet the old one. Where SQLite can, it is taken in; where
/// not, it is kept under the name that the database gets.
Result<void> take_in_sidecars(const Run& run, const Swap& swap) {
  const fs::path& database = run.deployment.database;
  if (const auto folded = fold_sidecars(database); folded || folded.error().id == "database-in-use") return folded;
  for (const char* suffix : {"-wal", "-journal"}) {
    if (file::exists(database.string() + suffix))
      TRY(file::rename(database.string() + suffix, place_of_failed(run, swap).string() + suffix));
  }
  return file::remove(database.string() + "-shm");
}

/// The database that went in stands under the candidate's name. What the new program wrote into it is kept.
Result<void> keep_what_was_written(Run& run, const Swap& swap) {
  if (run.report.command == "rollback") return {};  // it is the kept database of the change
  const bool beside = file::exists(run.places.after.string() + "-wal");
  if (file::exists(swap.candidate)) {
    if (!beside && same_file(swap.candidate, swap.new_file)) return file::remove(swap.candidate);
    TRY(file::rename(swap.candidate, run.places.after));
  }
  if (file::exists(run.places.after)) run.report.kept_files.push_back(run.places.after);
  return {};
}

Result<void> bring_database_back(Run& run, deployment::Driver& driver) {
  const Record* record = find_record(run.journal, "swap");
  if (record == nullptr) return {};
  const Swap swap = TRY(swap_from(record->data, run.deployment, run.report.id));
  const SwapState state = TRY(state_of(swap));
  if (state == SwapState::not_done) {
    TRY(tidy(swap, state));
    return keep_what_was_written(run, swap);
  }
  if (state == SwapState::unknown && !is_kept(swap)) {
    return failure("swap-unknown", "Bringing the database back",
                   fmt::format("{} is neither the old nor the new database, and the old one is not where it was kept.",
                               swap.database.string()));
  }
  TRY(refuse_users(driver, run.deployment));
  TRY(take_in_sidecars(run, swap));
  {
    const auto exclusion = TRY(exclude_others(swap.database));
    TRY(reverse(swap));
  }
  return keep_what_was_written(run, swap);
}

/// Whether anybody but Liftlock may have written to the files beside the database, or Liftlock has.
bool files_may_differ(const Run& run) {
  return find_record(run.journal, "start") != nullptr || find_record(run.journal, "files") != nullptr;
}

Result<void> bring_the_files_back(Run& run) {
  const Record* snapshot = find_record(run.journal, "snapshot");
  if (snapshot == nullptr || !files_may_differ(run)) return {};
  return bring_back_files(run, snapshot->data.value("folder", ""));
}

/// `started`: when the old program was about to be, in monotonic seconds.
Result<void> undo(Run& run, deployment::Driver& driver, const Handover& handover, double& started) {
  deployment::Runner& runner = *driver.runner();
  const fs::path log = run.places.folder / program_log;
  TRY(runner.take_away(handover, log));
  TRY(bring_database_back(run, driver));
  TRY(bring_the_files_back(run));
  started = run.context.clock.monotonic_seconds();
  TRY(runner.put_back(handover, patient_watch(run)));
  std::erase(run.report.kept_files, run.places.before);
  if (file::exists(log)) {
    run.report.log_file = log;
    // Where it could not be kept, nothing of it is left to be taken away.
    if (handover.makes && !runner.take_away_by_hand(handover).empty())
      run.report.kept_instances.push_back({handover.new_aside_name, handover.new_id});
  }
  return {};
}

/// For a shell.
std::string in_quotes(const fs::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::vector<std::string> database_by_hand(const Run& run) {
  const Record* record = find_record(run.journal, "swap");
  if (record == nullptr) return {};
  const auto swap = swap_from(record->data, run.deployment, run.report.id);
  const auto state = swap ? state_of(*swap) : SwapState::unknown;
  if (!swap || (state && *state == SwapState::not_done)) return {};
  std::vector<std::string> commands;
  for (const char* suffix : {"", "-wal", "-journal"}) {
    const fs::path there = swap->database.string() + suffix;
    if (file::exists(there))
      commands.push_back(
          fmt::format("mv {} {}", in_quotes(there), in_quotes(place_of_failed(run, *swap).string() + suffix)));
  }
  if (const fs::path shared = swap->database.string() + "-shm"; file::exists(shared))
    commands.push_back(fmt::format("rm -f {}", in_quotes(shared)));
  commands.push_back(fmt::format("mv {} {}", in_quotes(swap->kept), in_quotes(swap->database)));
  return commands;
}

Error needs_hand(const Run& run, deployment::Runner& runner, const Handover& handover, Error error,
                 const Error& second) {
  std::vector<std::string> commands = runner.take_away_by_hand(handover);
  for (std::string& command : database_by_hand(run)) commands.push_back(std::move(command));
  for (std::string& command : runner.put_back_by_hand(handover)) commands.push_back(std::move(command));
  error.kind = ErrorKind::needs_hand;
  error.state = fmt::format(
      "It could not be undone: {}: {} Nothing is lost: the old container is stopped, and the old "
      "database is whole.",
      second.doing, second.what);
  error.next = fmt::format("When the cause is gone:\n    liftlock resume {}\nor by hand, in this order:",
                           run.deployment.address);
  for (const std::string& command : commands) error.next += "\n    " + command;
  return error;
}

std::string what_is_kept(const Report& report) {
  std::string text;
  for (const auto& kept : report.kept_instances)
    text += fmt::format(" The container that failed is kept as {}.", kept.name);
  if (!report.log_file.empty()) text += fmt::format(" What it wrote is in {}.", report.log_file.string());
  return text;
}

}  // namespace

Error undo_handover(Run& run, deployment::Driver& driver, const Handover& handover, Error error) {
  put_program(run.report, handover);
  // The journal's record is for a crash in between; without it, all is undone just the same.
  std::ignore = run.note("reverse", {{"why", error.id}});
  const Record* stopped = find_record(run.journal, "stop");
  double started = 0;
  auto undone = undo(run, driver, handover, started);
  if (!undone) return needs_hand(run, *driver.runner(), handover, std::move(error), undone.error());
  if (stopped == nullptr) return error;  // the old one has served on
  const double seen =
      static_cast<double>(run.context.clock.nanoseconds() - stopped->nanoseconds) / 1e9;  // over a crash, too
  if (run.gone > 0) {
    put_downtime(run, run.gone, started, seen);
  } else {
    run.report.program->downtime_seconds = seen;
  }
  if (error.kind != ErrorKind::cancelled) error.kind = ErrorKind::rolled_back;
  error.state = fmt::format("{} on the old database: all is as it was. It was down for {:.1f} s.{}",
                            handover.ran ? "The old container runs again" : "The old container is back, stopped,",
                            run.report.program->downtime_seconds, what_is_kept(run.report));
  return error;
}

Result<void> hand_over(Run& run, deployment::Driver& driver, const Handover& handover, const Between& between) {
  put_program(run.report, handover);
  if (auto done = carry_out(run, driver, handover, between); !done)
    return std::unexpected(undo_handover(run, driver, handover, done.error()));
  run.report.kept_instances.push_back({handover.old_kept_name, handover.old_id});
  return confirm_handover(run, *driver.runner(), handover);
}

Result<void> hand_over_to_new(Run& run, deployment::Driver& driver, Handover handover, const Between& between) {
  TRY(run.note("make", {{"handover", to_json(handover)}}));
  if (auto made = driver.runner()->make(handover); !made) {
    Error error = std::move(made).error();
    const auto removed = driver.runner()->unmake(handover);
    if (!removed) error.next += fmt::format("To tidy up:\n    liftlock resume {}", run.deployment.address);
    error.state = "Nothing was changed: the old container was not touched.";
    return std::unexpected(std::move(error));
  }
  return hand_over(run, driver, handover, between);
}

Result<std::optional<Handover>> handover_of(const Run& run) {
  for (const char* step : {"stop", "make"}) {
    if (const Record* record = find_record(run.journal, step); record != nullptr)
      return TRY(deployment::handover_from(record->data.value("handover", Json::object())));
  }
  return std::nullopt;
}

Result<bool> continue_handover(Run& run, deployment::Driver& driver, const Handover& handover,
                               const std::function<Result<void>()>& look) {
  put_program(run.report, handover);
  if (!TRY(driver.runner()->has_started(handover))) return false;
  const auto answer = TRY(driver.runner()->watch(handover, watch_of(run)));
  run.report.program->answered_from = answer.from;
  run.report.program->answered_version = answer.version;
  TRY(look());
  TRY(note_verified(run));
  return true;
}

Result<void> confirm_handover(Run& run, deployment::Runner& runner, const Handover& handover) {
  auto confirmed = runner.confirm(handover);
  if (confirmed) return {};
  Error error = std::move(confirmed).error();
  error.kind = ErrorKind::needs_hand;
  error.state = "The change is done and verified; only the new container does not start by itself yet.";
  error.next = fmt::format("When the cause is gone:\n    liftlock resume {}", run.deployment.address);
  return std::unexpected(std::move(error));
}

Result<void> look_at_revision(const deployment::Deployment& deployment, const std::string& revision) {
  auto connection = TRY(open_to_look(deployment.database));
  const auto state = TRY(migration::inspect_state(connection));
  if (state.revision == revision) return {};
  return failure("verification-failed", "Verifying the database under the program that came back",
                 fmt::format("It is at revision {} instead of {}.", state.revision, revision));
}

Result<void> look_at_database(const deployment::Deployment& deployment, const migration::Head& head) {
  auto connection = TRY(open_to_look(deployment.database));
  const auto state = TRY(migration::inspect_state(connection));
  const bool there =
      state.revision == head.revision && (!head.revision.empty() || state.peewee_migrations == head.peewee_migrations);
  if (there && state.leftovers.empty()) return {};
  const std::string what = there ? fmt::format("The program answers, but left its database half-migrated: {}",
                                               state.leftovers.front().explanation)
                                 : fmt::format("The program answers, but its database is at revision {} instead of {}.",
                                               state.revision, head.revision);
  return failure("verification-failed", "Verifying the database under the new program", what);
}

}  // namespace liftlock::change
