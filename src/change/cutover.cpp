#include "change/cutover.hpp"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/process.hpp"
#include "change/downward.hpp"
#include "change/losses.hpp"
#include "change/snapshots.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

Error rolled_back(Error error) {
  if (error.kind != ErrorKind::cancelled) error.kind = ErrorKind::rolled_back;
  error.state = "The database is the one that was there before: all is as it was.";
  return error;
}

Error needs_hand(const Run& run, const Swap& swap, Error error, const Error& second) {
  error.kind = ErrorKind::needs_hand;
  error.state = fmt::format("{} {} The old database is whole: {}", second.doing, second.what, swap.kept.string());
  error.next = fmt::format(
      "When the cause is gone:\n    liftlock resume {}\nor by hand, while nobody uses the database:\n    mv '{}' '{}'",
      run.deployment.address, swap.kept.string(), swap.database.string());
  return error;
}

/// Takes what changed since the rehearsal into the snapshot; where that was the database, rehearses again. Only while
/// others are excluded from the database.
Result<void> bring_up_to_date(Run& run, const Plan& plan, Proven& proven) {
  Context& context = run.context;
  auto source = TRY(source_of(run.deployment, plan.from_state, plan.from_releases));
  source.excluded = true;
  auto updated = TRY(snapshot::update(proven.snapshot, source, context.clock, context.progress));
  if (!updated.changed) return {};
  const fs::path earlier = std::exchange(proven.snapshot, std::move(updated.snapshot)).folder;
  TRY(run.note("snapshot", {{"folder", proven.snapshot.folder.string()}}));
  run.report.snapshot->path = proven.snapshot.folder;
  run.report.snapshot->bytes = static_cast<std::int64_t>(proven.snapshot.manifest.bytes_on_disk());
  const bool must_rehearse = updated.database_changed && !proven.downward && !proven.copies &&
                             !TRY(same_database(run.deployment.database, proven.rehearsal.before));
  if (must_rehearse) {
    context.say("The data changed since the rehearsal: rehearsing again.");
    run.report.cutover->used_rehearsed = false;
    proven.rehearsal = TRY(rehearse(proven.request, context.clock, context.ids, context.progress));
    run.report.rehearsal = proven.rehearsal.figures;
    run.report.verification = proven.rehearsal.verification;
    run.report.notes = proven.rehearsal.notes;
    run.report.quarantined = proven.rehearsal.quarantined;
    if (!proven.rehearsal.verification.ok()) {
      return refusal("rehearsal-failed", "Rehearsing the change again on the newest data", "The verification failed.");
    }
    if (!proven.loss_accepted && !plan.path.downward.empty()) TRY(refuse_further_drops(plan, proven.rehearsal.before));
  } else {
    TRY(snapshot::verify(proven.snapshot, context.clock, context.progress));
  }
  return snapshot::remove(earlier);  // the updated one holds all of it
}

Result<void> keep_quarantine(Run& run, const Rehearsal& rehearsal) {
  if (rehearsal.quarantined == 0) return {};
  TRY(file::remove(run.places.quarantine));  // of an earlier attempt of this run
  TRY(file::copy(rehearsal.quarantine, run.places.quarantine));
  run.report.quarantine_file = run.places.quarantine;
  return {};
}

Result<void> place_copy(Run& run) {
  const file::Facts old_file = TRY(file::facts(run.deployment.database));
  TRY(file::copy(run.deployment.database, run.places.candidate));
  TRY(file::take_permissions(run.places.candidate, old_file));
  return file::sync(run.places.candidate);
}

/// The rehearsed file, put beside the database with its permissions.
Result<void> place_candidate(Run& run, const Rehearsal& rehearsal) {
  const file::Facts now = TRY(file::facts(rehearsal.after));
  if (now.size != rehearsal.after_facts.size ||
      now.modified_nanoseconds != rehearsal.after_facts.modified_nanoseconds) {
    return failure("rehearsed-file-changed", "Preparing the cutover",
                   "Somebody has written to the rehearsed database.");
  }
  const file::Facts old_file = TRY(file::facts(run.deployment.database));
  TRY(adopt_journal_mode(rehearsal.after, run.deployment.database));
  if (rehearsal.after.parent_path() == run.places.scratch) {
    TRY(file::rename(rehearsal.after, run.places.candidate));
  } else {
    TRY(file::copy(rehearsal.after, run.places.candidate));
  }
  TRY(file::take_permissions(run.places.candidate, old_file));
  return file::sync(run.places.candidate);
}

Result<Json> look_at(const fs::path& path, const Swap& swap, const Plan& plan, const Proven& proven) {
  auto connection = TRY(database::Connection::open(path, database::OpenMode::immutable));
  if (proven.downward) {
    const auto state = TRY(migration::inspect_state(connection));
    if (state.revision != plan.head.revision) {
      return failure("verification-failed", "Verifying the database that was swapped in",
                     fmt::format("It is at revision {} instead of {}.", state.revision, plan.head.revision));
    }
  } else {
    const auto verification = TRY(verify_at_a_glance(connection, plan.from_state, plan.head));
    for (const Check& check : verification.checks) {
      if (!check.ok)
        return failure("verification-failed", "Verifying the database that was swapped in",
                       check.title + ": " + check.detail);
    }
  }
  const file::Facts now = TRY(file::facts(path));
  if (now.identity.inode != swap.new_file.identity.inode || now.size != swap.new_file.size ||
      now.modified_nanoseconds != swap.new_file.modified_nanoseconds) {
    return failure("verification-failed", "Verifying the database that was swapped in",
                   "It is not the file that was verified.");
  }
  return Json{{"marks", TRY(marks_of(connection))}};
}

/// Only while others are excluded from the database.
Result<void> exchange(Run& run, const Plan& plan, Proven& proven) {
  TRY(run.note("cutover"));
  TRY(keep_quarantine(run, proven.rehearsal));
  TRY(proven.copies ? place_copy(run) : place_candidate(run, proven.rehearsal));
  const auto swap = TRY(prepare_swap(run.deployment.database, run.places.candidate, run.places.before));
  TRY(swap_in(run, {run.report.id, "new", "before"}, swap,
              [&] { return look_at(run.deployment.database, swap, plan, proven); }));
  run.report.kept_files.push_back(run.places.before);
  return {};
}

Result<void> refuse(const process::Users& found, const deployment::Deployment& deployment) {
  if (found.users.empty()) return {};
  std::string names;
  for (const auto& user : found.users)
    names += fmt::format("{}process {}: {}", names.empty() ? "" : "\n", user.pid, user.command);
  return refusal("database-in-use", fmt::format("Taking the database {} out of use", deployment.database.string()),
                 fmt::format("It is open in:\n{}", names), "Stop it, then run the command again.");
}

}  // namespace

Result<void> refuse_users(deployment::Driver& driver, const deployment::Deployment& deployment) {
  return refuse(TRY(driver.users(deployment)), deployment);
}

Result<void> refuse_strangers(deployment::Driver& driver, const deployment::Deployment& deployment) {
  return refuse(TRY(driver.strangers(deployment)), deployment);
}

Error reverse_because(Run& run, const Swap& swap, Error error) {
  const auto attempt = [&]() -> Result<void> {
    TRY(run.note("reverse", {{"why", error.id}}));
    return reverse(swap);
  };
  auto reversed = attempt();
  // The journal's record is for a crash in between; without it the swap is reversed all the same.
  if (!reversed && state_of(swap).value_or(SwapState::unknown) == SwapState::done) reversed = reverse(swap);
  const auto state = state_of(swap);
  if (!state || *state != SwapState::not_done) {
    return needs_hand(run, swap, std::move(error), reversed ? Error{} : reversed.error());
  }
  return rolled_back(std::move(error));
}

Result<void> swap_in(Run& run, const SwapNames& names, const Swap& swap, const std::function<Result<Json>()>& look) {
  TRY(run.note("swap", swap_json(names, swap)));
  const auto exclusion = TRY(SqliteExclusion::acquire(swap.candidate));
  if (auto carried_out = carry_out(swap); !carried_out) {
    const auto state = state_of(swap);
    if (state && *state == SwapState::done) return std::unexpected(reverse_because(run, swap, carried_out.error()));
    if (state && *state == SwapState::not_done) TRY(tidy(swap, *state));
    return carried_out;
  }
  const auto confirm = [&]() -> Result<void> {
    TRY(run.note("swapped"));
    // Whoever opened the old file before its name went would write where nobody reads.
    const auto late = process::users_of({swap.kept, swap.database});
    if (!late.users.empty()) {
      return failure("database-in-use", "Swapping the database",
                     fmt::format("Process {} opened it at that moment: {}", late.users[0].pid, late.users[0].command),
                     "Stop it, then run the command again.");
    }
    Json seen = TRY(look());
    seen["since"] = run.context.clock.seconds();
    return run.note(run.hands_over ? "placed" : "verified", std::move(seen));
  };
  if (auto confirmed = confirm(); !confirmed) return std::unexpected(reverse_because(run, swap, confirmed.error()));
  return {};
}

Result<void> cut_over(Run& run, deployment::Driver& driver, const Plan& plan, Proven& proven) {
  run.report.cutover = CutoverFigures{0, !proven.copies};
  TRY(refuse_users(driver, run.deployment));
  const double begun = run.context.clock.monotonic_seconds();
  TRY(fold_sidecars(run.deployment.database));
  const auto exclusion = TRY(exclude_others(run.deployment.database));
  TRY(refuse_users(driver, run.deployment));  // one without a lock at that moment is still one
  TRY(bring_up_to_date(run, plan, proven));
  if (!proven.downward && !proven.copies && !TRY(same_database(run.deployment.database, proven.rehearsal.before))) {
    return failure("snapshot-differs", "Comparing the database with the one that was rehearsed",
                   "They differ, although nobody can write to it.",
                   "Look at the system's log: the disk may be failing.");
  }
  if (run.context.progress.cancelled()) {  // the last moment: from here on, going on is quicker than going back
    return std::unexpected(Error{ErrorKind::cancelled,
                                 "cancelled",
                                 "Swapping the database",
                                 "It was cancelled.",
                                 "Nothing was changed: the database is as it was.",
                                 {}});
  }
  TRY(exchange(run, plan, proven));
  run.report.cutover->seconds = run.context.clock.monotonic_seconds() - begun;
  return {};
}

}  // namespace liftlock::change
