#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/report.hpp"

namespace liftlock::cli {

namespace {

Result<std::vector<std::string>> addresses_of(const Arguments& arguments) {
  if (const std::optional<std::string> address = arguments.text("DEPLOYMENT")) return std::vector{*address};
  const std::filesystem::path home = TRY(deployment::home_folder());
  return deployment::known_addresses(home);
}

Result<std::optional<change::Report>> resume_one(Session& session, const std::string& address) {
  const deployment::Deployment deployment = TRY(find_deployment(address));
  return change::resume(deployment, session.story());
}

Result<void> run(Context& context, const Arguments& arguments) {
  Session session(context);
  TRY(take_timeout(session, arguments));
  Json reports = Json::array();
  std::string text;
  for (const std::string& address : TRY(addresses_of(arguments))) {
    const Result<std::optional<change::Report>> report = resume_one(session, address);
    if (!report) return std::unexpected(session.explained(report.error()));
    if (!*report) continue;
    reports.push_back(change::to_json(**report));
    text += render_report(change::text_of(**report), context.style());
  }
  if (context.json()) {
    context.answer_json(Json{{"resumed", std::move(reports)}});
  } else {
    context.answer(text.empty() ? "Nothing to do: no change was interrupted.\n" : text);
  }
  return {};
}

}  // namespace

const Command& resume_command() {
  static const Command command{
      .name = "resume",
      .group = "Change",
      .summary = "Finish or undo a change that was interrupted",
      .description =
          "After a crash, a power cut or a kill: ends in \"as it was\" or in \"changed and verified\", never between. "
          "Without DEPLOYMENT, for every deployment that Liftlock has worked on.",
      .arguments = {deployment_argument(false)},
      .options = {timeout_option()},
      .examples = {{"liftlock resume dir:/srv/open-webui/data",
                    "Also when it is not clear whether anything was interrupted."}},
      .exit_statuses = {{0, "Nothing was to be done, or the change is finished or undone."},
                        {1, "Failed; nothing was changed."},
                        {3, "The database is in use."},
                        {5, "It needs a hand: the exact commands are printed."},
                        {6, "The change is still running."},
                        {130, "Cancelled; resume again."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
