#include "cli/render/plan.hpp"

#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

struct Options {
  std::string deployment;
  std::string version;
  std::string engine;
  std::string from_snapshot;
  bool trial = true;
};

Options read(const Arguments& arguments) {
  return {.deployment = arguments.required("DEPLOYMENT"),
          .version = arguments.required("VERSION"),
          .engine = arguments.text("--engine").value_or("auto"),
          .from_snapshot = arguments.text("--from-snapshot").value_or(""),
          .trial = !arguments.flag("--no-trial")};
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  const deployment::Deployment deployment = TRY(find_deployment(options.deployment));
  const change::PlanOptions how{.engine = options.engine,
                                .from_snapshot = options.from_snapshot,
                                .pin = TRY(pin_of(context, deployment)),
                                .trial = options.trial};
  const change::Plan plan = TRY(change::make_plan(deployment, options.version, how));
  if (context.json()) {
    context.answer_json(change::to_json(plan));
    return {};
  }
  context.answer(render_plan(plan, context.style(), context.globals().verbose));
  if (plan.direction == change::Direction::unknown) {
    context.say("\nNothing was changed. This pulls it, then shows the plan and asks:\n  liftlock change " +
                deployment.address + " " + plan.wanted + "\n");
  } else if (!plan.blockers().empty()) {
    context.say("\nThis change would be refused; see what blocks it above.\n");
  } else if (!plan.is_done()) {
    context.say("\nNothing was changed. To do it:\n  liftlock change " + deployment.address + " " + plan.wanted +
                (options.from_snapshot.empty() ? "" : " --from-snapshot " + options.from_snapshot) +
                (options.trial ? "" : " --no-trial") + (plan.losses.empty() ? "" : " --accept-loss") + "\n");
  }
  return {};
}

}  // namespace

const Command& plan_command() {
  static const Command command{
      .name = "plan",
      .group = "Look",
      .summary = "Show what a change would do, and change nothing",
      .description =
          "Where the database is and where it would go, what each revision does to the data, time, memory and disk "
          "computed from this data, hazards in it, and what cannot be undone. A change that would be refused has a "
          "plan, too: its hazards say why. With --verbose, every revision.\n\n"
          "Of a container, the registry is asked what VERSION is; nothing is pulled. Where only the image itself tells "
          "which release that is, and it is not here, the plan says so, and no more.",
      .arguments = {deployment_argument(), version_argument()},
      .options = {{"--engine",
                   "",
                   "ENGINE",
                   "Who migrates: native (Liftlock), app (the release itself), or auto.",
                   Completes::choices,
                   false,
                   {"auto", "native", "app"}},
                  from_snapshot_option(),
                  no_trial_option()},
      .examples = {{"liftlock plan dir:/srv/open-webui/data 0.12.4", "Before every change."},
                   {"liftlock plan dir:/srv/open-webui/data latest --json", "For a program."}},
      .exit_statuses = {{0, "The plan was shown, also one that would be refused."},
                        {1, "The data cannot be read, or nobody tells what the version is."},
                        {2, "There is no such deployment or version."},
                        {3,
                         "No plan can be made: the database is not Open WebUI's, or ends half-way in a way that cannot "
                         "be completed; or there is no such tag, or the pin does not allow it."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
