#include "change/downward.hpp"

#include <fmt/core.h>

#include "change/losses.hpp"
#include "change/snapshots.hpp"
#include "change/swap.hpp"
#include "database/sqlite.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "    " : "\n    ") + line;
  return text;
}

}  // namespace

Result<void> agree_to_drops(const Request& request, const Plan& plan, Context& context) {
  if (plan.losses.empty() || request.accept_loss) return {};
  std::vector<std::string> lines;
  for (const auto& loss : plan.losses) lines.push_back(sentence_of(loss));
  const Question question{"down-losing", fmt::format("Go down to {} and leave this behind?", plan.target_release),
                          lines, true, true};
  if (context.confirm(question)) return {};
  std::string next =
      fmt::format("To leave it behind (a snapshot of it is kept):\n    liftlock change {} {} --accept-loss",
                  plan.address, plan.target_release);
  if (plan.restore_point) {
    next += fmt::format(
        "\nTo go back to the snapshot of {} instead, which has nothing that was written since:\n"
        "    liftlock change {} {} --from-snapshot latest",
        plan.restore_point->taken_at, plan.address, plan.target_release);
  }
  return refusal("would-lose-data", fmt::format("Going down to {}", plan.target_release),
                 fmt::format("The deployment holds data that {} cannot hold:\n{}", plan.target_release, joined(lines)),
                 std::move(next));
}

Result<void> refuse_further_drops(const Plan& plan, const std::filesystem::path& database) {
  auto connection = TRY(database::Connection::open(database, database::OpenMode::read_only));
  std::vector<std::string> lines;
  for (const auto& loss : TRY(migration::count_downward_losses(connection, plan.path))) {
    const auto agreed = std::ranges::find_if(plan.losses, [&](const migration::DownwardLoss& one) {
      return one.revision == loss.revision && one.table == loss.table && one.column == loss.column;
    });
    if (agreed == plan.losses.end() || agreed->count < loss.count) lines.push_back(sentence_of(loss));
  }
  if (lines.empty()) return {};
  return refusal("would-lose-data", fmt::format("Going down to {}", plan.target_release),
                 fmt::format("Since you agreed to what is left behind, there is more of it:\n{}", joined(lines)),
                 fmt::format("To look at it anew:\n    liftlock change {} {}", plan.address, plan.target_release));
}

Result<void> provide_restore_point(const Plan& plan, const fs::path& to, Context& context) {
  const auto snapshot = TRY(snapshot::open(plan.restore_point->snapshot));
  TRY(snapshot::prove(snapshot, to.parent_path(), context.clock, context.progress));
  return file::rename(to.parent_path() / "webui.db", to);
}

Result<void> agree_to_losses(Run& run, const Plan& plan, const Rehearsal& rehearsal, bool accepted) {
  const auto snapshot = TRY(snapshot::open(plan.restore_point->snapshot));
  auto connection = TRY(open_to_look(run.deployment.database));
  run.report.losses = TRY(missing_in(rehearsal.after, connection, snapshot.manifest.created));
  if (run.report.losses.empty() || accepted) return {};
  const auto lines = lines_of(run.report.losses);
  const Question question{
      "down-losing",
      fmt::format("Go back to the snapshot of {} and leave newer data behind?", plan.restore_point->taken_at), lines,
      true, true};
  if (run.context.confirm(question)) return {};
  return refusal(
      "would-lose-data", fmt::format("Going back to the snapshot of {}", plan.restore_point->taken_at),
      fmt::format("The deployment holds data that the snapshot does not:\n{}", joined(lines)),
      fmt::format("To leave it behind (a snapshot of it is kept):\n    liftlock change {} {} --from-snapshot {} "
                  "--accept-loss",
                  run.deployment.address, plan.target_release, plan.restore_point->snapshot.filename().string()));
}

Result<void> bring_back_files(Run& run, const fs::path& snapshot_folder) {
  const auto attempt = [&]() -> Result<void> {
    TRY(run.note("files", {{"folder", snapshot_folder.string()}}));
    const auto snapshot = TRY(snapshot::open(snapshot_folder));
    const auto restored = TRY(restore_files(snapshot, run.deployment, run.context));
    run.report.restored_files.insert(run.report.restored_files.end(), restored.written.begin(), restored.written.end());
    if (!restored.aside.empty()) run.report.kept_files.push_back(restored.aside);
    return {};
  };
  auto done = attempt();
  if (done) return {};
  Error error = done.error();
  error.kind = ErrorKind::needs_hand;
  error.state = "The database is back where it was; the other files of the data directory are not all yet.";
  error.next = fmt::format("When the cause is gone:\n    liftlock resume {}", run.deployment.address);
  return std::unexpected(std::move(error));
}

}  // namespace liftlock::change
