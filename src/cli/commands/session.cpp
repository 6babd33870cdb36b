#include "cli/commands/session.hpp"

#include <fmt/core.h>

#include "cli/command.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/report.hpp"
#include "cli/render/text.hpp"
#include "deployment/configuration.hpp"

namespace liftlock::cli {

Session::Session(Context& context)
    : context_(context),
      story_{.clock = clock_,
             .ids = ids_,
             .progress = context.progress(),
             .confirm = [this](const change::Question& question) { return ask(question); },
             .say = [this](const std::string& line) { context_.say(line + "\n"); }} {}

bool Session::ask(const change::Question& question) {
  const Style& style = context_.talk_style();
  const bool shown_already = question.id == "change";  // the plan, which stands above the question, says it all
  for (const std::string& detail : shown_already ? std::vector<std::string>{} : question.details) {
    context_.say(fmt::format("  {} {}\n", question.dangerous ? style.yellow("!") : "·", printable(detail)));
  }
  if (question.beyond_yes && context_.globals().yes) return false;
  Result<void> answer = context_.confirm(question.text);
  if (!answer && answer.error().kind == ErrorKind::usage) unasked_ = answer.error();
  return answer.has_value();
}

Error Session::explained(Error error) const {
  return unasked_ && error.kind == ErrorKind::cancelled ? *unasked_ : std::move(error);
}

Result<deployment::Deployment> find_deployment(std::string_view address) {
  const std::filesystem::path home = TRY(deployment::home_folder());
  return deployment::find(address, home);
}

Result<std::string> pin_of(const Context& context, const deployment::Deployment& deployment) {
  return TRY(deployment::read_configuration(context.globals().config)).of(deployment.address).pin;
}

Argument deployment_argument(bool required) {
  return {.name = "DEPLOYMENT",
          .help =
              "docker:NAME, or the name of a container; dir:DATA_DIR, or the path of a data directory (the folder "
              "that holds webui.db).",
          .completes = Completes::deployment,
          .required = required};
}

Option timeout_option() {
  return {"--timeout", "", "SECONDS",
          "How long a program that starts may neither answer nor write anything new, before it counts as hung (300)."};
}

Result<void> take_timeout(Session& session, const Arguments& arguments) {
  const std::optional<std::int64_t> seconds = TRY(arguments.number("--timeout", 1));
  if (seconds) session.story().start_patience = std::chrono::seconds(*seconds);
  return {};
}

Option no_trial_option() {
  return {
      "--no-trial", "", "",
      "Of a container: do not start the new program on a copy first, which takes some seconds, its memory, and room "
      "for one more copy of the database. Whether it works then only shows once the old one is stopped."};
}

Option from_snapshot_option() {
  return {"--from-snapshot", "", "SNAPSHOT",
          "For an older version: restore this snapshot (\"latest\": the newest of that version) instead of migrating "
          "down."};
}

Argument version_argument() {
  return {.name = "VERSION",
          .help =
              "A release, such as 0.12.4, or latest. Of a container also main, any other tag, a digest (sha256:…), "
              "or the whole name of an image elsewhere.",
          .completes = Completes::version};
}

Option engine_option() {
  return {.name = "--engine",
          .short_name = "",
          .value = "ENGINE",
          .help = "Who migrates: native (Liftlock), app (the release itself), or auto.",
          .completes = Completes::choices,
          .choices = {"auto", "native", "app"}};
}

Result<change::Request> change_request(Context& context, const Arguments& arguments) {
  change::Request request;
  request.deployment = TRY(find_deployment(arguments.required("DEPLOYMENT")));
  request.version = arguments.required("VERSION");
  request.pin = TRY(pin_of(context, request.deployment));
  request.engine = arguments.text("--engine").value_or("auto");
  request.from_snapshot = arguments.text("--from-snapshot").value_or("");
  request.trial = !arguments.flag("--no-trial");
  request.show_plan = [&context](const change::Plan& plan) {
    context.say(render_plan(plan, context.talk_style(), context.globals().verbose) + "\n");
  };
  return request;
}

Result<void> present(Context& context, const Session& session, const Result<change::Report>& report) {
  if (!report) return std::unexpected(session.explained(report.error()));
  if (context.json()) {
    context.answer_json(change::to_json(*report));
  } else {
    context.answer(render_report(change::text_of(*report), context.style()));
  }
  return {};
}

}  // namespace liftlock::cli
