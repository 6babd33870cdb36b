#include "cli/render/status.hpp"

#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/error.hpp"

namespace liftlock::cli {

namespace {

Result<change::Status> look_at(const std::string& address) {
  const deployment::Deployment deployment = TRY(find_deployment(address));
  return change::status(deployment);
}

Result<void> one(Context& context, const std::string& address) {
  const change::Status status = TRY(look_at(address));
  if (context.json()) {
    context.answer_json(status_json(status));
  } else {
    context.answer(render_status(status, context.style()));
  }
  return {};
}

/// One that cannot be looked at does not hide the others.
Result<void> every_known(Context& context) {
  const std::filesystem::path home = TRY(deployment::home_folder());
  const std::vector<std::string> addresses = TRY(deployment::known_addresses(home));
  Json list = Json::array();
  std::string text;
  for (const std::string& address : addresses) {
    const Result<change::Status> status = look_at(address);
    if (context.json()) {
      list.push_back(status ? status_json(*status) : error_json(status.error()));
      if (!status) list.back()["deployment"] = address;
    } else {
      text += text.empty() ? "" : "\n";
      text += status ? render_status(*status, context.style())
                     : context.style().bold(address) + "\n" + render_error(status.error(), context.style());
    }
  }
  if (context.json()) {
    context.answer_json(Json{{"deployments", std::move(list)}});
  } else if (addresses.empty()) {
    context.answer("No deployment is known yet. Name one: liftlock status dir:DATA_DIR\n");
  } else {
    context.answer(text);
  }
  return {};
}

Result<void> run(Context& context, const Arguments& arguments) {
  const std::optional<std::string> address = arguments.text("DEPLOYMENT");
  return address ? one(context, *address) : every_known(context);
}

}  // namespace

const Command& status_command() {
  static const Command command{
      .name = "status",
      .group = "Look",
      .summary = "Show what is deployed",
      .description =
          "Version, database, revision, size, who has the database open, and whether a change was interrupted or can "
          "still be rolled back. Without DEPLOYMENT: every deployment that Liftlock has worked on.",
      .arguments = {deployment_argument(false)},
      .options = {},
      .examples = {{"liftlock status dir:/srv/open-webui/data", "One deployment."},
                   {"liftlock status --json", "Every known one, for a program."}},
      .exit_statuses = {{0, "It was shown."}, {1, "The data cannot be read."}, {2, "There is no such deployment."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
