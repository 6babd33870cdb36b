#include <fmt/core.h>

#include "change/cutover.hpp"
#include "change/downward.hpp"
#include "change/handover.hpp"
#include "change/losses.hpp"
#include "change/rollback.hpp"
#include "change/run.hpp"
#include "change/tail.hpp"
#include "change/trial.hpp"
#include "deployment/driver.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change {

using Json = nlohmann::ordered_json;

namespace {

/// A run's report as far as its journal holds it.
void recall(Run& run) {
  const Record* rehearsed = find_record(run.journal, "tried");
  if (rehearsed == nullptr) rehearsed = find_record(run.journal, "rehearsed");
  if (rehearsed == nullptr || !rehearsed->data.contains("report")) return;
  const auto known = report_from_json(rehearsed->data["report"]);
  if (!known) return;  // the report is for people: the change does not depend on it
  run.report = *known;
  run.report.kept_files.clear();
  run.report.file = run.places.report;
  if (file::exists(run.places.quarantine)) run.report.quarantine_file = run.places.quarantine;
}

Result<Report> end_as_it_was(Run& run) {
  run.report.failure = "It was interrupted before anything had been changed, or what had been changed was reversed.";
  if (run.report.command != "rollback") TRY(file::remove(run.places.candidate));
  run.report.next = {fmt::format("liftlock status {}", run.deployment.address)};
  TRY(finish(run, Outcome::undone));
  return run.report;
}

Result<void> check_glance(Run& run, const Swap& swap) {
  auto connection = TRY(open_to_look(swap.database));
  const auto state = TRY(migration::inspect_state(connection));
  const std::string wanted = run.report.command == "rollback" ? state.revision : run.report.to_revision;
  if (state.revision != wanted || !state.leftovers.empty()) {
    return failure("verification-failed", "Verifying the database that was swapped in",
                   fmt::format("It is at revision {} instead of {}.", state.revision, wanted));
  }
  const auto now = TRY(file::facts(swap.database));
  const bool untouched =
      now.size == swap.new_file.size && now.modified_nanoseconds == swap.new_file.modified_nanoseconds;
  if (untouched) return {};  // its bytes were verified before the swap
  const auto verification = TRY(verify_alone(swap.database, wanted, run.context.progress));
  for (const Check& check : verification.checks) {
    if (!check.ok)
      return failure("verification-failed", "Verifying the database that was swapped in",
                     check.title + ": " + check.detail);
  }
  return {};
}

Result<Report> conclude_change(Run& run) {
  run.report.kept_files.insert(run.report.kept_files.begin(), run.places.before);
  run.report.next = {fmt::format("liftlock status {}", run.deployment.address),
                     fmt::format("liftlock rollback {}", run.deployment.address)};
  TRY(finish(run, Outcome::changed));
  return run.report;
}

Result<Report> end_as_changed(Run& run) {
  const Record* begin = find_record(run.journal, "begin");
  if (run.report.command == "rollback") return conclude_rollback(run, begin->data.value("of", ""));
  if (const std::string folder = begin->data.value("restore_point", ""); !folder.empty())
    TRY(bring_back_files(run, folder));
  return conclude_change(run);
}

Result<Report> end_as_handed_over(Run& run, const deployment::Handover& handover) {
  run.report.kept_instances = {{handover.old_kept_name, handover.old_id}};
  if (run.report.command != "rollback") return conclude_change(run);
  return conclude_rollback(run, find_record(run.journal, "begin")->data.value("of", ""));
}

/// What is asked of the data before the new program is trusted.
Result<void> look_at_end(Run& run) {
  if (has_native_copy(run)) return look_after_tail(run, run.report.to_revision);
  if (run.report.command != "rollback") return look_at_revision(run.deployment, run.report.to_revision);
  const std::string of = find_record(run.journal, "begin")->data.value("of", "");
  const Report original = TRY(read_report(places_of(run.deployment, of).report));
  return look_at_revision(run.deployment, original.from_revision);
}

std::unexpected<Error> cannot_tell(const Run& run, const Swap& swap) {
  return std::unexpected(
      Error{ErrorKind::needs_hand, "swap-unknown", fmt::format("Resuming the change {}", run.report.id),
            fmt::format("{} is neither the old nor the new database: another program has replaced it.",
                        swap.database.string()),
            "Nothing was changed by this command.",
            fmt::format("The old database is kept as the file that ends in -before beside it; the snapshots are listed "
                        "by\n    liftlock backups {}\n"
                        "When you have decided which one to use, move {} away.",
                        run.deployment.address, run.places.folder.string())});
}

/// Nothing was verified yet: on where the new program runs, else back. Who stops this can go on with it later.
Result<Report> end_handover(Run& run, const deployment::Handover& handover) {
  auto driver = TRY(deployment::make_driver(run.deployment));
  const bool reversing = find_record(run.journal, "reverse") != nullptr;
  if (find_record(run.journal, "verified") != nullptr && !reversing) {
    run.report.program = ProgramFigures{.target = handover.target};
    TRY(confirm_handover(run, *driver->runner(), handover));
    return end_as_handed_over(run, handover);
  }
  Error why{ErrorKind::failed, "interrupted", "Resuming the change", "It was interrupted.", {}, {}};
  if (find_record(run.journal, "start") != nullptr && !reversing) {
    const auto right = continue_handover(run, *driver, handover, [&] { return look_at_end(run); });
    if (!right && right.error().kind == ErrorKind::cancelled) return std::unexpected(right.error());
    if (!right && right.error().id.starts_with("engine-")) return std::unexpected(right.error());
    if (right && *right) {
      TRY(confirm_handover(run, *driver->runner(), handover));
      return end_as_handed_over(run, handover);
    }
    if (!right) why = right.error();
  }
  const Error undone = undo_handover(run, *driver, handover, why);
  if (undone.kind == ErrorKind::needs_hand) return std::unexpected(undone);
  return end_as_it_was(run);
}

Result<Report> end_after_swap(Run& run, const Swap& swap) {
  TRY(tidy(swap, SwapState::done));
  const bool reversing = run.journal.records().back().step == "reverse";
  if (find_record(run.journal, "verified") != nullptr && !reversing) return end_as_changed(run);
  auto driver = TRY(deployment::make_driver(run.deployment));
  Result<void> right =
      reversing ? failure("reversing", "Resuming the change", "It was being reversed.") : check_glance(run, swap);
  if (right) {
    const Json marks = TRY(marks_of_file(swap.database));
    TRY(run.note("verified", {{"since", run.context.clock.seconds()}, {"marks", marks}}));
    return end_as_changed(run);
  }
  TRY(refuse_users(*driver, run.deployment));
  TRY(fold_sidecars(swap.database));
  {
    const auto exclusion = TRY(exclude_others(swap.database));
    const Error reversed = reverse_because(run, swap, right.error());
    if (reversed.kind == ErrorKind::needs_hand) return std::unexpected(reversed);
  }
  return end_as_it_was(run);
}

Result<Report> end(Run& run) {
  recall(run);
  TRY(remove_trial(run));
  if (const auto handover = TRY(handover_of(run))) {
    run.hands_over = true;
    return end_handover(run, *handover);
  }
  const Record* swap_record = find_record(run.journal, "swap");
  if (swap_record == nullptr) return end_as_it_was(run);
  const Swap swap = TRY(swap_from(swap_record->data, run.deployment, run.report.id));
  switch (TRY(state_of(swap))) {
    case SwapState::not_done:
      TRY(tidy(swap, SwapState::not_done));
      return end_as_it_was(run);
    case SwapState::done:
      return end_after_swap(run, swap);
    case SwapState::unknown:
      break;
  }
  return cannot_tell(run, swap);
}

}  // namespace

Result<std::optional<Report>> resume(const deployment::Deployment& deployment, Context& context) {
  const auto locks = TRY(take_locks(deployment, context.clock));
  TRY(snapshot::remove_leftovers(deployment.state_folder));
  const auto id = TRY(unfinished_run(deployment));
  if (!id) {
    TRY(remove_scratch(deployment));
    auto driver = TRY(deployment::make_driver(deployment));
    if (driver->runner() != nullptr) TRY(driver->runner()->tidy());
    return std::nullopt;
  }
  Run run = TRY(take_up_run(deployment, context, *id));
  context.say(fmt::format("Ending the change {} that was interrupted.", *id));
  auto report = TRY(end(run));
  TRY(remove_scratch(deployment));
  return report;
}

}  // namespace liftlock::change
