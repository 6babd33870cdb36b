#include "change/backup.hpp"

#include <fmt/core.h>

#include "base/format.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/snapshot.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const deployment::Deployment deployment = TRY(find_deployment(arguments.required("DEPLOYMENT")));
  Session session(context);
  const Result<change::Backup> backup = change::back_up(deployment, session.story());
  if (!backup) return std::unexpected(session.explained(backup.error()));
  if (context.json()) {
    context.answer_json(Json{{"snapshot", snapshot_json(backup->snapshot)},
                             {"proof", proof_json(backup->proof)},
                             {"seconds", backup->seconds}});
  } else {
    context.answer(render_snapshot(backup->snapshot, context.style()) + render_proof(backup->proof, context.style()));
    context.say(
        fmt::format("\nTo bring it back:\n  liftlock restore {} {}\n", deployment.address, backup->snapshot.name()));
  }
  return {};
}

}  // namespace

const Command& backup_command() {
  static const Command command{
      .name = "backup",
      .group = "Snapshots",
      .summary = "Take a snapshot, and prove it",
      .description =
          "The database at one instant, everything else of the data directory, and the secret key, compressed, with "
          "checksums. It counts as taken once it has been restored into scratch and compared. The deployment may "
          "be running. It can be restored without Liftlock: see RESTORE.txt in it. Of a database on PostgreSQL: the "
          "tables "
          "of its schema that belong to the role, proven as `liftlock help verify` tells. The server is named by the "
          "container's environment; for a data directory by that of Liftlock itself, as for Open WebUI (DATABASE_URL, "
          "or DATABASE_TYPE, _USER, _PASSWORD, _HOST, _PORT and _NAME together; DATABASE_SCHEMA).",
      .arguments = {deployment_argument()},
      .options = {},
      .examples = {{"liftlock backup dir:/srv/open-webui/data", "For a nightly timer."},
                   {"liftlock backup open-webui", "A container, whatever its database is."}},
      .exit_statuses =
          {{0,
            "The snapshot is there and proven, or read back where the role of a PostgreSQL database allows no more."},
           {1, "Failed; nothing was changed."},
           {2, "There is no such deployment."},
           {3, "A change was interrupted: resume it first; or the pg_dump on this machine is older than the server."},
           {6, "Another change holds the lock."},
           {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
