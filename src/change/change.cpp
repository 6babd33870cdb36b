#include "change/change.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "base/format.hpp"
#include "change/cutover.hpp"
#include "change/downtime.hpp"
#include "change/downward.hpp"
#include "change/handover.hpp"
#include "change/rehearsal.hpp"
#include "change/run.hpp"
#include "change/snapshots.hpp"
#include "change/tail.hpp"
#include "change/target_migrations.hpp"
#include "change/trial.hpp"
#include "deployment/driver.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

std::unexpected<Error> cancelled() {
  return std::unexpected(Error{
      ErrorKind::cancelled, "cancelled", "Changing the version", "It was cancelled.", "Nothing was changed.", {}});
}

Report already_there(const Plan& plan, Clock& clock) {
  Report report;
  report.command = "change";
  report.outcome = Outcome::already_there;
  report.address = plan.address;
  report.from_releases = plan.from_releases;
  report.from_revision = plan.from_state.revision;
  report.to_release = plan.target_release;
  report.to_revision = plan.head.revision;
  report.started_at = report.finished_at = iso_time(clock.seconds());
  report.plan = to_json(plan);
  return report;
}

Result<void> refuse_what_cannot_work(const deployment::Deployment& deployment, const Plan& plan) {
  if (!plan.blockers().empty()) return std::unexpected(refusal_of(plan));
  const fs::path folder = deployment.database.parent_path();
  if (::access(folder.c_str(), W_OK) != 0 || ::access(deployment.database.c_str(), W_OK) != 0) {
    return refusal("folder-read-only", "Checking what the change needs",
                   fmt::format("Nothing can be written to {}.", folder.string()),
                   "Run the command as a user who may write there, on a file system that is mounted for writing.");
  }
  return {};
}

Result<void> agree(const Request& request, const Plan& plan, Context& context) {
  Question question{"change", fmt::format("Change {} to {}?", request.deployment.address, plan.target_release),
                    plan.points_of_no_return, false};
  return context.confirm(question) ? Result<void>{} : cancelled();
}

Json begin_record(const Plan& plan, const Request& request) {
  Json record = {{"version", plan.target_release},
                 {"from_revision", plan.from_state.revision},
                 {"to_revision", plan.last_revision()},
                 {"from_releases", plan.from_releases},
                 {"keep_days", request.keep_days}};
  if (plan.by_snapshot) record["restore_point"] = plan.restore_point->snapshot.string();
  if (plan.program) record["program"] = deployment::to_json(*plan.program);
  return record;
}

void put_plan(Report& report, const Plan& plan) {
  report.from_releases = plan.from_releases;
  report.from_revision = plan.from_state.revision;
  report.to_release = plan.target_release;
  report.to_revision = plan.last_revision();
  report.plan = to_json(plan);
  if (plan.program) report.program = ProgramFigures{.target = *plan.program};
}

Result<snapshot::Snapshot> take_snapshot(Run& run, const Plan& plan) {
  const double begun = run.context.clock.monotonic_seconds();
  const auto source = TRY(source_of(run.deployment, plan.from_state, plan.from_releases));
  auto taken = TRY(snapshot::take(source, run.deployment.state_folder, run.context.clock, run.context.progress));
  TRY(run.note("snapshot", {{"folder", taken.folder.string()}}));
  run.report.snapshot = figures_of(taken, run.context.clock.monotonic_seconds() - begun);
  run.context.say(fmt::format("Snapshot taken: {}", taken.folder.string()));
  return taken;
}

/// Beside the database if there is room, else in the state folder.
Result<fs::path> choose_scratch(const Run& run) {
  constexpr std::int64_t copies = 3;  // known to be needed: the copy, and a result of up to twice its size
  const std::int64_t needed = copies * TRY(file::facts(run.deployment.database)).size;
  const std::int64_t near = TRY(file::free_space(run.deployment.database));
  if (near >= needed) return run.places.scratch;
  const std::int64_t far = TRY(file::free_space(run.places.folder));
  if (far >= needed) return run.places.far_scratch;
  return refusal(
      "rehearsal-no-space", "Looking for room for the rehearsal",
      fmt::format("It needs {}; there are {} beside the database and {} in {}.",
                  format_bytes(static_cast<std::uint64_t>(needed)), format_bytes(static_cast<std::uint64_t>(near)),
                  format_bytes(static_cast<std::uint64_t>(far)), run.places.folder.string()),
      "Free some space, then run the command again.");
}

std::string first_failure(const Verification& verification) {
  for (const Check& check : verification.checks) {
    if (!check.ok) return fmt::format("{}: {}", check.title, check.detail);
  }
  return "Nothing was checked.";
}

Result<void> judge(const Rehearsal& rehearsal) {
  if (rehearsal.verification.ok()) return {};
  return refusal("rehearsal-failed", "Verifying the rehearsal", first_failure(rehearsal.verification),
                 "Please report this with the report of the change; it holds no content of yours.");
}

/// Errors of a rehearsal are refusals: the check by doing said no, and only copies were touched.
Error as_refusal(Error error) {
  if (error.kind == ErrorKind::failed) error.kind = ErrorKind::refused;
  return error;
}

Result<void> run_the_rehearsal(Run& run, Proven& proven) {
  proven.request.scratch = TRY(choose_scratch(run));
  auto rehearsal = rehearse(proven.request, run.context.clock, run.context.ids, run.context.progress);
  if (!rehearsal) return std::unexpected(as_refusal(rehearsal.error()));
  proven.rehearsal = *std::move(rehearsal);
  run.report.rehearsal = proven.rehearsal.figures;
  run.report.verification = proven.rehearsal.verification;
  run.report.notes = proven.rehearsal.notes;
  run.report.quarantined = proven.rehearsal.quarantined;
  TRY(judge(proven.rehearsal));
  TRY(run.note("rehearsed", {{"report", to_json(run.report)}}));
  run.context.say(fmt::format("Rehearsal verified: {:.1f} s, {}",
                              proven.rehearsal.figures.migrate_seconds + proven.rehearsal.figures.verify_seconds,
                              format_bytes(static_cast<std::uint64_t>(proven.rehearsal.figures.peak_memory_bytes))));
  return {};
}

/// What the snapshot restores is what the rehearsal begins with: that proves the snapshot.
Result<void> provide_from(const Proven& proven, const fs::path& to, Context& context) {
  TRY(snapshot::prove(proven.snapshot, to.parent_path(), context.clock, context.progress));
  return file::rename(to.parent_path() / "webui.db", to);
}

/// Everything up to the cutover.
Result<Proven> prove(Run& run, const Plan& plan) {
  Proven proven;
  proven.snapshot = TRY(take_snapshot(run, plan));
  proven.downward = plan.by_snapshot;
  proven.copies = plan.direction == Direction::none;
  proven.request.path = &plan.path;
  proven.request.state = &plan.from_state;
  proven.request.head = plan.head;
  proven.request.migrate = !proven.downward;
  return proven;
}

void bind_provider(Proven& proven, const Plan& plan, Context& context) {
  if (proven.downward) {
    proven.request.provide = [&](const fs::path& to) { return provide_restore_point(plan, to, context); };
  } else {
    proven.request.provide = [&](const fs::path& to) { return provide_from(proven, to, context); };
  }
}

/// The new program's start on a copy of what will go in.
Result<void> try_it(Run& run, deployment::Driver& driver, const Plan& plan, Proven& proven) {
  if (!plan.trial) {
    if (plan.program) run.report.trial = TrialFigures{.skipped = "--no-trial"};
    return {};
  }
  if (!proven.copies) return try_program(run, *driver.runner(), plan, proven.rehearsal.after);
  const fs::path restored = TRY(choose_scratch(run)) / "before.db";
  TRY(file::make_folder(restored.parent_path()));
  TRY(provide_from(proven, restored, run.context));
  return try_program(run, *driver.runner(), plan, restored);
}

Result<void> cut_over_with_files(Run& run, deployment::Driver& driver, const Plan& plan, Proven& proven) {
  TRY(cut_over(run, driver, plan, proven));
  if (proven.downward) TRY(bring_back_files(run, plan.restore_point->snapshot));
  return plan.has_tail() ? keep_native_copy(run) : Result<void>{};
}

Result<void> cut_over_with_program(Run& run, deployment::Driver& driver, const Plan& plan, Proven& proven) {
  run.hands_over = true;
  auto handover = TRY(driver.runner()->plan(*plan.program, run.report.id));
  return hand_over_to_new(run, driver, std::move(handover),
                          {.change_data = [&] { return cut_over_with_files(run, driver, plan, proven); },
                           .look =
                               [&] {
                                 return plan.has_tail() ? look_after_tail(run, plan.last_revision())
                                                        : look_at_database(run.deployment, plan.head);
                               }});
}

Result<void> carry_out(Run& run, const Request& request, const Plan& plan, bool only_rehearse) {
  auto driver = TRY(deployment::make_driver(request.deployment));
  if (run.context.progress.cancelled()) return cancelled();
  if (!only_rehearse) watch_availability(run, *driver);
  Proven proven = TRY(prove(run, plan));
  proven.loss_accepted = request.accept_loss;
  bind_provider(proven, plan, run.context);
  if (proven.downward || proven.copies) TRY(snapshot::verify(proven.snapshot, run.context.clock, run.context.progress));
  if (!proven.copies) TRY(run_the_rehearsal(run, proven));
  TRY(try_it(run, *driver, plan, proven));
  if (only_rehearse) return {};
  if (proven.downward) TRY(agree_to_losses(run, plan, proven.rehearsal, request.accept_loss));
  if (run.context.progress.cancelled()) return cancelled();
  return driver->runner() != nullptr ? cut_over_with_program(run, *driver, plan, proven)
                                     : cut_over_with_files(run, *driver, plan, proven);
}

std::string again(const Report& report) {
  const bool said = report.program && !report.program->target.wanted.empty();
  return fmt::format("liftlock change {} {}", report.address, said ? report.program->target.wanted : report.to_release);
}

/// Ends a run that failed. The error says what state things are in.
Error give_up(Run& run, Error error) {
  if (error.kind == ErrorKind::needs_hand) return error;
  run.report.failure = fmt::format("{}: {}", error.doing, error.what);
  run.report.next = {again(run.report)};
  auto ended = file::remove(run.places.candidate);
  if (ended) ended = remove_trial(run);
  if (ended) ended = finish(run, Outcome::undone);
  if (error.state.empty()) error.state = "Nothing was changed: the database is as it was.";
  if (!ended) {
    error.state += fmt::format(" What was made on the way is not all removed ({}).", ended.error().what);
    error.next +=
        fmt::format("{}To tidy up:\n    liftlock resume {}", error.next.empty() ? "" : "\n", run.deployment.address);
  }
  return error;
}

Result<Report> conclude(Run& run, Outcome outcome) {
  const std::string& address = run.deployment.address;
  if (outcome == Outcome::rehearsed)
    run.report.next = {again(run.report)};
  else
    run.report.next = {fmt::format("liftlock status {}", address), fmt::format("liftlock rollback {}", address)};
  if (auto ended = finish(run, outcome); !ended) {
    Error error = ended.error();
    if (outcome == Outcome::changed) {
      error.kind = ErrorKind::needs_hand;
      error.state = "The change is done and verified; only its report could not be finished.";
      error.next = fmt::format("When there is room again:\n    liftlock resume {}", address);
    }
    return std::unexpected(std::move(error));
  }
  return run.report;
}

/// What can be told before anybody is asked.
Result<void> refuse_beforehand(const deployment::Deployment& deployment, const Plan& plan, deployment::Driver& driver) {
  TRY(refuse_what_cannot_work(deployment, plan));
  if (driver.runner() == nullptr) return refuse_users(driver, deployment);
  TRY(driver.runner()->plan(*plan.program, "0000"));
  return refuse_strangers(driver, deployment);
}

/// Everything before the first effect on the deployment. The program is brought while the old one serves.
Result<void> get_ready(const Request& request, Plan& plan, Context& context) {
  auto driver = TRY(deployment::make_driver(request.deployment));
  TRY(refuse_beforehand(request.deployment, plan, *driver));
  TRY(refuse_untried_tail(plan));
  TRY(agree(request, plan, context));
  TRY(agree_to_tail(request, plan, context));
  TRY(agree_to_drops(request, plan, context));
  if (driver->runner() == nullptr) return {};
  TRY(driver->runner()->fetch(*plan.program, context.progress));
  if (plan.is_done()) return {};
  TRY(put_migrations(plan, *driver->runner()));
  context.say(describe_migrations(plan));
  return {};
}

/// Where only the program itself tells which release it is, it is brought before there is a plan.
PlanOptions plan_options(const Request& request, Context& context) {
  const auto bring = [&context](deployment::Runner& runner, deployment::Target& target) {
    context.say(fmt::format("What {} is and brings, only the program in it tells: it is fetched first.", target.name));
    return runner.fetch(target, context.progress);
  };
  return {.engine = request.engine,
          .from_snapshot = request.from_snapshot,
          .pin = request.pin,
          .bring = bring,
          .trial = request.trial};
}

/// A rehearsal's trial needs the program, too.
Result<void> get_ready_to_rehearse(const Request& request, Plan& plan, Context& context) {
  TRY(refuse_what_cannot_work(request.deployment, plan));
  if (!plan.trial) return {};
  auto driver = TRY(deployment::make_driver(request.deployment));
  return driver->runner()->fetch(*plan.program, context.progress);
}

Result<Report> run_story(const Request& request, Context& context, bool only_rehearse) {
  const auto locks = TRY(take_locks(request.deployment, context.clock));
  TRY(refuse_if_unfinished(request.deployment, "Changing the version"));
  TRY(remove_scratch(request.deployment));
  Plan plan = TRY(make_plan(request.deployment, request.version, plan_options(request, context)));
  if (request.show_plan) request.show_plan(plan);
  const bool nothing_to_rehearse = only_rehearse && plan.direction == Direction::none && !plan.trial;
  if (plan.is_done() || nothing_to_rehearse) return already_there(plan, context.clock);
  if (only_rehearse) {
    TRY(get_ready_to_rehearse(request, plan, context));
  } else {
    TRY(get_ready(request, plan, context));
    if (plan.is_done()) return already_there(plan, context.clock);
  }
  Run run =
      TRY(begin_run(request.deployment, context, only_rehearse ? "rehearse" : "change", begin_record(plan, request)));
  put_plan(run.report, plan);
  if (auto done = carry_out(run, request, plan, only_rehearse); !done)
    return std::unexpected(give_up(run, done.error()));
  return conclude(run, only_rehearse ? Outcome::rehearsed : Outcome::changed);
}

}  // namespace

Result<Report> run_change(const Request& request, Context& context) { return run_story(request, context, false); }

Result<Report> run_rehearsal(const Request& request, Context& context) { return run_story(request, context, true); }

}  // namespace liftlock::change
