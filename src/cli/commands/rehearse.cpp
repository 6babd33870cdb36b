#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const change::Request request = TRY(change_request(context, arguments));
  Session session(context);
  TRY(take_timeout(session, arguments));
  return present(context, session, change::run_rehearsal(request, session.story()));
}

}  // namespace

const Command& rehearse_command() {
  static const Command command{
      .name = "rehearse",
      .group = "Change",
      .summary = "Run a change on a copy, and change nothing",
      .description =
          "Takes a snapshot, restores it into scratch (which proves it), migrates and verifies the copy, and reports "
          "what it found, how long it took, and the memory and disk it used. The deployment may be running.\n\n"
          "Of a container, the new image is pulled, and its program started on the migrated copy, without a way to the "
          "outside; it has to show some users their chats, and is removed again.",
      .arguments = {deployment_argument(), version_argument()},
      .options = {engine_option(), from_snapshot_option(), no_trial_option(), timeout_option()},
      .examples = {{"liftlock rehearse dir:/srv/open-webui/data 0.12.4", "See how it goes, on a copy."}},
      .exit_statuses = {{0, "The rehearsal went well."},
                        {1, "It could not be run, or failed."},
                        {2, "There is no such deployment or version."},
                        {3, "Refused by a check, or the copy did not pass the verification."},
                        {6, "Another change holds the lock."},
                        {130, "Cancelled."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
