#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/report.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const deployment::Deployment deployment = TRY(find_deployment(arguments.required("DEPLOYMENT")));
  const std::vector<change::Report> reports = TRY(change::history(deployment));
  if (context.json()) {
    Json list = Json::array();
    for (const change::Report& report : reports) list.push_back(change::to_json(report));
    context.answer_json(Json{{"changes", std::move(list)}});
  } else {
    context.answer(render_history(reports, context.style()));
  }
  return {};
}

}  // namespace

const Command& history_command() {
  static const Command command{
      .name = "history",
      .group = "Look",
      .summary = "List the changes made, with their outcomes",
      .description = "Newest first. With --json, the whole report of each.",
      .arguments = {deployment_argument()},
      .options = {},
      .examples = {{"liftlock history dir:/srv/open-webui/data", "All of them."}},
      .exit_statuses = {{0, "They were listed."}, {1, "They cannot be read."}, {2, "There is no such deployment."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
