#include <cstdio>

#include "cli/commands/all.hpp"
#include "cli/commands/installation.hpp"
#include "cli/context.hpp"
#include "cli/interrupt.hpp"
#include "cli/render/log_line.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

constexpr std::int64_t newest_lines = 100;

std::unexpected<Error> refuse_directory(const deployment::Deployment& deployment) {
  return usage_error("nobody-runs-it",
                     deployment.address +
                         " is a data directory: who runs a program on it, and where that one writes its "
                         "log, is not known",
                     "Of a container: liftlock logs docker:NAME");
}

Result<void> answer_json(Context& context, deployment::Platform& platform, const deployment::Instance& instance,
                         const deployment::LogWish& wish) {
  Json lines = Json::array();
  const auto take = [&](std::string_view line, bool error) {
    lines.push_back({{"text", std::string(line)}, {"stream", error ? "stderr" : "stdout"}});
  };
  TRY(platform.logs(instance, wish, take));
  context.answer_json(Json{{"deployment", instance.address}, {"lines", std::move(lines)}});
  return {};
}

Result<void> answer_text(Context& context, deployment::Platform& platform, const deployment::Instance& instance,
                         const deployment::LogWish& wish) {
  const auto take = [&](std::string_view line, bool) {
    context.answer((context.terminal().output ? render_log_line(line) : std::string(line)) + "\n");
    if (wish.follow) std::fflush(stdout);
  };
  return platform.logs(instance, wish, take);
}

Result<void> run(Context& context, const Arguments& arguments) {
  deployment::LogWish wish;
  wish.newest = TRY(arguments.number("--lines", 0)).value_or(newest_lines);
  wish.follow = arguments.flag("--follow");
  if (wish.follow && context.json())
    return usage_error("option-invalid", "--json is one object, and --follow has no end", "liftlock logs --help");
  const Installation found = TRY(find_installation(arguments.required("DEPLOYMENT")));
  if (found.directory) return refuse_directory(*found.directory);
  const deployment::Instance instance = TRY(found.platform->inspect(found.instance));
  if (context.json()) return answer_json(context, *found.platform, instance, wish);
  if (!wish.follow) return answer_text(context, *found.platform, instance, wish);
  const WhileInterrupt until_ctrl_c(Interrupt::answers);
  watch_interrupts();
  wish.enough = interrupted;
  return answer_text(context, *found.platform, instance, wish);
}

}  // namespace

const Command& logs_command() {
  static const Command command{
      .name = "logs",
      .group = "Look",
      .summary = "Show what a container has written",
      .description =
          "Both of its outputs, the newest lines, as the container engine kept them. The log is the program's and is "
          "shown as it is: what the program writes into it, be it a secret, stands there. On a terminal its colours "
          "are "
          "left out, and what could steer the terminal is spelt out.",
      .arguments = {{.name = "DEPLOYMENT",
                     .help = "docker:NAME, or the name of a container.",
                     .completes = Completes::deployment}},
      .options = {{"--lines", "-n", "N", "At most so many of the newest lines (100); 0: all of them."},
                  {"--follow", "-f", "", "Wait for more, until the container stops or you press Ctrl-C."}},
      .examples = {{"liftlock logs open-webui", "The newest 100 lines."},
                   {"liftlock logs open-webui --follow", "While somebody tries what does not work."}},
      .exit_statuses = {{0, "It was shown, or you have seen enough (--follow)."},
                        {1, "It cannot be read, or the container engine does not answer."},
                        {2, "There is no such container, or nobody is known to run the data directory."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
