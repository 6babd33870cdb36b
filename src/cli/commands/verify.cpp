#include "change/backup.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/snapshot.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const std::filesystem::path home = TRY(deployment::home_folder());
  const snapshot::Snapshot snapshot = TRY(change::find_backup_anywhere(home, arguments.required("SNAPSHOT")));
  Session session(context);
  const snapshot::Proof proof = TRY(change::verify_backup(home, snapshot, session.story()));
  if (context.json()) {
    context.answer_json(Json{{"snapshot", snapshot_json(snapshot)}, {"proof", proof_json(proof)}});
  } else {
    context.answer(render_snapshot(snapshot, context.style()) + render_proof(proof, context.style()));
  }
  return {};
}

}  // namespace

const Command& verify_command() {
  static const Command command{
      .name = "verify",
      .group = "Snapshots",
      .summary = "Prove a snapshot by restoring it into scratch",
      .description =
          "Every checksum, every file, every table's count, and SQLite's own integrity check of the restored database. "
          "A PostgreSQL database is restored into a scratch database on its server, and compared row by row; where the "
          "role may make none, beside its tables in a transaction that is taken back, or else the snapshot is only "
          "read "
          "back, and that is said. The server is the one that the deployment names now.",
      .arguments = {{.name = "SNAPSHOT",
                     .help = "Its name (backup-20261121-104526), or the path of its folder.",
                     .completes = Completes::directory}},
      .options = {},
      .examples = {{"liftlock verify backup-20261121-104526", "By name."},
                   {"liftlock verify /mnt/copies/backup-20261121-104526", "One that was copied elsewhere."}},
      .exit_statuses = {{0,
                         "It can be restored; or, of PostgreSQL where that is said, it is what the server had sent."},
                        {1, "It is damaged, or the proof could not be made."},
                        {2, "There is no such snapshot."},
                        {130, "Cancelled."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
