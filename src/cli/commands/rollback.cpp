#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const deployment::Deployment deployment = TRY(find_deployment(arguments.required("DEPLOYMENT")));
  Session session(context);
  TRY(take_timeout(session, arguments));
  return present(context, session, change::roll_back(deployment, session.story()));
}

}  // namespace

const Command& rollback_command() {
  static const Command command{
      .name = "rollback",
      .group = "Change",
      .summary = "Bring back exactly what was there before the last change",
      .description =
          "What was written since the change is listed first; it is kept in a file beside, never removed. A "
          "container that was kept takes the name back, and has to answer. Of a data directory nobody may use the "
          "database meanwhile: stop Open WebUI first.",
      .arguments = {deployment_argument()},
      .options = {timeout_option()},
      .examples = {{"liftlock rollback dir:/srv/open-webui/data", "After a yes to what would be left behind."}},
      .exit_statuses = {{0, "All is as it was before the change."},
                        {1, "Failed; nothing was changed."},
                        {2, "No such deployment, or a yes was needed and nobody could be asked."},
                        {3, "There is nothing to roll back, or the database is in use."},
                        {4, "Failed, and the changed state was brought back."},
                        {5, "Failed and needs a hand: the exact commands are printed."},
                        {6, "Another change holds the lock."},
                        {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
