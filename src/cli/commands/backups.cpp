#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/snapshot.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const deployment::Deployment deployment = TRY(find_deployment(arguments.required("DEPLOYMENT")));
  const std::vector<snapshot::Listed> listed = TRY(snapshot::list(deployment.state_folder));
  if (context.json()) {
    context.answer_json(Json{{"snapshots", listed_json(listed)}});
  } else {
    context.answer(render_snapshots(listed, context.style()));
  }
  return {};
}

}  // namespace

const Command& backups_command() {
  static const Command command{
      .name = "backups",
      .group = "Snapshots",
      .summary = "List the snapshots of a deployment",
      .description = "Oldest first. A damaged one is listed with what is wrong with it.",
      .arguments = {deployment_argument()},
      .options = {},
      .examples = {{"liftlock backups dir:/srv/open-webui/data", "All of them."}},
      .exit_statuses = {{0, "They were listed."}, {1, "They cannot be read."}, {2, "There is no such deployment."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
