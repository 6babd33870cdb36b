#include "change/backup.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/snapshot.hpp"

namespace liftlock::cli {

namespace {

/// The deployment, also where its database or its whole data directory is gone.
Result<deployment::Deployment> find_even_lost(const std::string& address) {
  Result<deployment::Deployment> found = find_deployment(address);
  if (found || found.error().id != "deployment-unknown") return found;
  const std::filesystem::path home = TRY(deployment::home_folder());
  Result<deployment::Deployment> lost = deployment::find_lost(address, home);
  return lost ? lost : found;
}

Result<void> run(Context& context, const Arguments& arguments) {
  const deployment::Deployment deployment = TRY(find_even_lost(arguments.required("DEPLOYMENT")));
  const snapshot::Snapshot snapshot = TRY(change::find_backup(deployment, arguments.required("SNAPSHOT")));
  Session session(context);
  const Result<snapshot::Restored> restored = change::restore_backup(deployment, snapshot, session.story());
  if (!restored) return std::unexpected(session.explained(restored.error()));
  if (context.json()) {
    context.answer_json(Json{{"snapshot", snapshot_json(snapshot)}, {"restored", restored_json(*restored)}});
  } else {
    context.answer(render_restored(*restored, context.style()));
  }
  return {};
}

}  // namespace

const Command& restore_command() {
  static const Command command{
      .name = "restore",
      .group = "Snapshots",
      .summary = "Make a deployment what a snapshot holds",
      .description =
          "Everything is unpacked and checked beside first; then what differs is put in place. What was there is moved "
          "to a folder .liftlock-aside-… in the data directory, never away. A container is stopped "
          "meanwhile, and started again. Of a data directory nobody may use the database meanwhile: stop Open WebUI "
          "first. A data directory that is gone is made anew. A database on PostgreSQL is restored in one transaction, "
          "which is compared row by row before it is committed; the tables that were there go to a schema "
          "liftlock_aside_….",
      .arguments = {deployment_argument(),
                    {.name = "SNAPSHOT",
                     .help = "Its name (backup-20261121-104526), latest, or the path of its folder.",
                     .completes = Completes::directory}},
      .options = {},
      .examples = {{"liftlock restore dir:/srv/open-webui/data latest", "After a yes to what would be replaced."},
                   {"liftlock restore dir:/srv/open-webui/data backup-20261121-104526 --yes", "Without being asked."}},
      .exit_statuses = {{0, "The deployment is what the snapshot holds."},
                        {1, "Failed; the error says in what state things are."},
                        {2, "No such deployment or snapshot, or a yes was needed and nobody could be asked."},
                        {3, "The database is in use, or a change was interrupted."},
                        {6, "Another change holds the lock."},
                        {130, "Cancelled."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
