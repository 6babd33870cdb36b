#include "change/rollback.hpp"

#include <fmt/core.h>

#include "change/cutover.hpp"
#include "change/downtime.hpp"
#include "change/downward.hpp"
#include "change/handover.hpp"
#include "change/losses.hpp"
#include "change/snapshots.hpp"
#include "deployment/driver.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

Result<Report> change_to_undo(const deployment::Deployment& deployment) {
  auto found = TRY(last_unsettled(deployment));
  const std::string doing = fmt::format("Rolling back {}", deployment.address);
  const std::string next = fmt::format(
      "To go back to a snapshot:\n    liftlock backups {0}\n    liftlock restore {0} SNAPSHOT", deployment.address);
  if (!found) return refusal("nothing-to-roll-back", doing, "There is no change that is not settled.", next);
  const Places places = places_of(deployment, found->id);
  if (!file::exists(places.before)) {
    return refusal("kept-database-missing", doing,
                   fmt::format("The database from before is gone: {}", places.before.string()), next);
  }
  return *std::move(found);
}

/// What was written since the change. Nothing, if the file is still the one that was swapped in.
Result<std::vector<Loss>> count_losses(const deployment::Deployment& deployment, const Journal& journal,
                                       database::OpenMode mode) {
  const Record* verified = find_record(journal, "verified");
  const Record* swapped = find_record(journal, "swap");
  if (verified == nullptr || swapped == nullptr) return std::vector<Loss>{};
  const auto now = TRY(file::facts(deployment.database));
  const Json& then = swapped->data.at("new");
  if (then.at("inode") == now.identity.inode && then.at("size") == now.size &&
      then.at("modified") == now.modified_nanoseconds) {
    return std::vector<Loss>{};
  }
  auto connection = TRY(database::Connection::open(deployment.database, mode));
  return written_since(connection, verified->data.value("marks", Json::object()),
                       verified->data.value("since", std::int64_t{0}));
}

Result<void> agree(const Report& original, const std::vector<Loss>& losses, Context& context) {
  Question question{"rollback",
                    fmt::format("Bring {} back to before the change of {}?", original.address, original.started_at),
                    {},
                    false};
  if (!losses.empty()) {
    question.id = "rollback-losing";
    question.text = "Roll back, although there is newer data, which is then only in the file that is kept aside?";
    question.details = lines_of(losses);
    question.dangerous = true;
  }
  if (context.confirm(question)) return {};
  return std::unexpected(
      Error{ErrorKind::cancelled, "cancelled", "Rolling back", "It was cancelled.", "Nothing was changed.", {}});
}

/// The file that comes back must be the one that was there: size and time of its last change say so.
Result<Json> look_at(const fs::path& path, const Swap& swap) {
  const auto now = TRY(file::facts(path));
  if (now.identity.inode != swap.new_file.identity.inode || now.size != swap.new_file.size ||
      now.modified_nanoseconds != swap.new_file.modified_nanoseconds) {
    return failure("verification-failed", "Verifying the database that was brought back",
                   "Somebody has written to it.");
  }
  auto connection = TRY(database::Connection::open(path, database::OpenMode::immutable));
  const auto state = TRY(migration::inspect_state(connection));
  return Json{{"revision", state.revision}};
}

/// A kept file that somebody has written to since is not what was there before.
Result<void> check_kept(const deployment::Deployment& deployment, const Report& original, const Journal& journal) {
  const Record* swapped = find_record(journal, "swap");
  const auto now = TRY(file::facts(places_of(deployment, original.id).before));
  if (swapped != nullptr && swapped->data.at("old").at("size") == now.size &&
      swapped->data.at("old").at("modified") == now.modified_nanoseconds) {
    return {};
  }
  return refusal("kept-database-changed", "Rolling back", "The database that was kept was written to since the change.",
                 fmt::format("To go back to the snapshot instead:\n    liftlock restore {} {}", deployment.address,
                             original.snapshot ? original.snapshot->path.filename().string() : "SNAPSHOT"));
}

void put_original(Report& report, const Report& original) {
  report.from_releases = {original.to_release};
  report.from_revision = original.to_revision;
  report.to_release = original.from_releases.empty() ? "" : original.from_releases.back();
  report.to_revision = original.from_revision;
}

Result<void> swap_back(Run& run, const Report& original) {
  const double begun = run.context.clock.monotonic_seconds();
  const auto swap =
      TRY(prepare_swap(run.deployment.database, places_of(run.deployment, original.id).before, run.places.after));
  TRY(swap_in(run, {original.id, "before", "after"}, swap, [&] { return look_at(run.deployment.database, swap); }));
  run.report.cutover = CutoverFigures{run.context.clock.monotonic_seconds() - begun, true};
  return {};
}

Error give_up(Run& run, Error error) {
  if (error.kind == ErrorKind::needs_hand) return error;
  run.report.failure = fmt::format("{}: {}", error.doing, error.what);
  if (error.state.empty()) error.state = "Nothing was changed: the changed database is in place.";
  if (auto ended = finish(run, Outcome::undone); !ended) {
    error.next += fmt::format("\nTo tidy up:\n    liftlock resume {}", run.deployment.address);
  }
  return error;
}

/// The database is back already; a snapshot that is gone or damaged must not keep the rollback from ending.
Result<void> bring_back_what_can_be(Run& run, const fs::path& snapshot_folder) {
  auto brought = bring_back_files(run, snapshot_folder);
  if (brought || !brought.error().id.starts_with("snapshot-") || brought.error().id == "snapshot-no-space")
    return brought;
  run.report.failure = fmt::format("The files beside the database were not brought back: {}", brought.error().what);
  return {};
}

}  // namespace

Result<Report> conclude_rollback(Run& run, const std::string& of) {
  const fs::path original_file = places_of(run.deployment, of).report;
  Report original = TRY(read_report(original_file));
  put_original(run.report, original);
  run.report.kept_files.insert(run.report.kept_files.begin(), run.places.after);
  if (original.snapshot && !run.hands_over) TRY(bring_back_what_can_be(run, original.snapshot->path));
  const auto conclude = [&]() -> Result<void> {
    original.outcome = Outcome::rolled_back;
    std::erase(original.kept_files, places_of(run.deployment, of).before);
    original.kept_instances.clear();
    original.next.clear();
    TRY(write_report(original));
    run.report.next = {fmt::format("liftlock status {}", run.deployment.address)};
    return finish(run, Outcome::rolled_back);
  };
  if (auto done = conclude(); !done) {
    Error error = done.error();
    error.kind = ErrorKind::needs_hand;
    error.state = "The rollback is done; only its report could not be finished.";
    error.next = fmt::format("When the cause is gone:\n    liftlock resume {}", run.deployment.address);
    return std::unexpected(std::move(error));
  }
  return run.report;
}

namespace {

Result<Run> begin(const deployment::Deployment& deployment, Context& context, const Report& original,
                  const std::vector<Loss>& losses) {
  Run run = TRY(begin_run(
      deployment, context, "rollback",
      {{"of", original.id}, {"version", original.from_releases.empty() ? "" : original.from_releases.back()}}));
  run.report.losses = losses;
  put_original(run.report, original);
  return run;
}

Result<Report> roll_back_data(deployment::Driver& driver, const deployment::Deployment& deployment,
                              const Report& original, Context& context) {
  TRY(refuse_users(driver, deployment));
  TRY(fold_sidecars(deployment.database));
  const auto exclusion = TRY(exclude_others(deployment.database));
  TRY(refuse_users(driver, deployment));
  const auto journal = TRY(Journal::open(places_of(deployment, original.id).journal));
  TRY(check_kept(deployment, original, journal));
  const auto losses = TRY(count_losses(deployment, journal, database::OpenMode::immutable));
  TRY(agree(original, losses, context));
  Run run = TRY(begin(deployment, context, original, losses));
  if (auto swapped = swap_back(run, original); !swapped) return std::unexpected(give_up(run, swapped.error()));
  return conclude_rollback(run, original.id);
}

/// A snapshot of what is there now: should the old program not come up again, that is what is gone back to.
Result<snapshot::Snapshot> save_present(Run& run) {
  const double begun = run.context.clock.monotonic_seconds();
  const Status now = TRY(status(run.deployment));
  const auto source = TRY(source_of(run.deployment, now.state, now.releases));
  auto taken = TRY(snapshot::take(source, run.deployment.state_folder, run.context.clock, run.context.progress));
  TRY(snapshot::verify(taken, run.context.clock, run.context.progress));
  TRY(run.note("snapshot", {{"folder", taken.folder.string()}}));
  run.report.snapshot = figures_of(taken, run.context.clock.monotonic_seconds() - begun);
  return taken;
}

/// While nobody writes: what the program wrote until it stopped.
Result<void> save_the_last(Run& run, const snapshot::Snapshot& saved) {
  const Status now = TRY(status(run.deployment));
  auto source = TRY(source_of(run.deployment, now.state, now.releases));
  source.excluded = true;
  const auto updated = TRY(snapshot::update(saved, source, run.context.clock, run.context.progress));
  if (!updated.changed) return {};
  TRY(run.note("snapshot", {{"folder", updated.snapshot.folder.string()}}));
  run.report.snapshot->path = updated.snapshot.folder;
  return snapshot::remove(saved.folder);
}

Result<void> change_data_back(Run& run, deployment::Driver& driver, const Report& original,
                              const snapshot::Snapshot& saved) {
  TRY(refuse_users(driver, run.deployment));
  TRY(fold_sidecars(run.deployment.database));
  {
    const auto exclusion = TRY(exclude_others(run.deployment.database));
    TRY(refuse_users(driver, run.deployment));
    TRY(save_the_last(run, saved));
    TRY(swap_back(run, original));
  }
  return original.snapshot ? bring_back_what_can_be(run, original.snapshot->path) : Result<void>{};
}

Result<void> hand_back(Run& run, deployment::Driver& driver, const Report& original) {
  const auto handover = TRY(driver.runner()->plan_return(original.kept_instances.front(), run.report.id));
  watch_availability(run, driver);
  const auto saved = TRY(save_present(run));
  return hand_over(run, driver, handover,
                   {.change_data = [&] { return change_data_back(run, driver, original, saved); },
                    .look = [&] { return look_at_revision(run.deployment, original.from_revision); }});
}

Result<Report> roll_back_program(deployment::Driver& driver, const deployment::Deployment& deployment,
                                 const Report& original, Context& context) {
  if (original.kept_instances.empty()) {
    return refusal("kept-instance-missing", fmt::format("Rolling back {}", deployment.address),
                   "The report of the change names no container that was kept.",
                   fmt::format("To go back to its snapshot:\n    liftlock restore {} latest", deployment.address));
  }
  TRY(driver.runner()->plan_return(original.kept_instances.front(), "0000"));
  TRY(refuse_strangers(driver, deployment));
  const auto journal = TRY(Journal::open(places_of(deployment, original.id).journal));
  TRY(check_kept(deployment, original, journal));
  const auto losses = TRY(count_losses(deployment, journal, database::OpenMode::read_only));
  TRY(agree(original, losses, context));
  Run run = TRY(begin(deployment, context, original, losses));
  run.hands_over = true;
  if (auto done = hand_back(run, driver, original); !done) return std::unexpected(give_up(run, done.error()));
  return conclude_rollback(run, original.id);
}

}  // namespace

Result<Report> roll_back(const deployment::Deployment& deployment, Context& context) {
  TRY(refuse_postgres(deployment, fmt::format("Rolling back {}", deployment.address)));
  const auto locks = TRY(take_locks(deployment, context.clock));
  TRY(refuse_if_unfinished(deployment, "Rolling back"));
  const Report original = TRY(change_to_undo(deployment));
  auto driver = TRY(deployment::make_driver(deployment));
  return driver->runner() != nullptr ? roll_back_program(*driver, deployment, original, context)
                                     : roll_back_data(*driver, deployment, original, context);
}

}  // namespace liftlock::change
