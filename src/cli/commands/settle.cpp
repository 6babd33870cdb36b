#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const deployment::Deployment deployment = TRY(find_deployment(arguments.required("DEPLOYMENT")));
  Session session(context);
  const bool now = arguments.flag("--now");
  if (now)
    TRY(context.confirm(
        "Give up the kept old database? There is no rollback after that, only `restore` from a snapshot."));
  const std::vector<change::Report> settled = TRY(change::settle(deployment, now, session.story()));
  Json list = Json::array();
  std::string text;
  for (const change::Report& report : settled) {
    list.push_back(change::to_json(report));
    text += fmt::format("Settled: change {} to {}.\n", report.id, report.to_release);
  }
  if (context.json()) {
    context.answer_json(Json{{"settled", std::move(list)}});
  } else {
    context.answer(text.empty() ? "Nothing to settle.\n" : text);
  }
  return {};
}

}  // namespace

const Command& settle_command() {
  static const Command command{
      .name = "settle",
      .group = "Change",
      .summary = "Give up the old databases of changes that have proven themselves",
      .description =
          "A change keeps the old database beside the new one, and the old container, for as many days as --keep-days "
          "said; this removes those whose days are over. Snapshots stay: see prune.",
      .arguments = {deployment_argument()},
      .options = {{"--now", "", "", "Do not wait for the days to be over."}},
      .examples = {{"liftlock settle dir:/srv/open-webui/data", "For a daily timer."},
                   {"liftlock settle dir:/srv/open-webui/data --now", "The change is good; the disk space is needed."}},
      .exit_statuses = {{0, "Settled, or nothing to settle."},
                        {1, "Failed; nothing was changed."},
                        {2, "No such deployment, or a yes was needed and nobody could be asked."},
                        {6, "Another change holds the lock."},
                        {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
