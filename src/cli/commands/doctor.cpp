#include "change/doctor/doctor.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/installation.hpp"
#include "cli/commands/inventory.hpp"
#include "cli/commands/session.hpp"
#include "cli/context.hpp"
#include "cli/render/differences.hpp"
#include "cli/render/error.hpp"
#include "cli/render/examination.hpp"

namespace liftlock::cli {

namespace {

using change::doctor::Examination;

Result<Examination> examine(Context& context, const std::string& address) {
  auto found = find_installation(address);
  const bool unknown = !found && found.error().kind == ErrorKind::usage;
  if (unknown) return std::unexpected(found.error());
  if (!found) return change::doctor::not_examined(address, found.error());
  SystemClock clock;
  if (found->directory) return change::doctor::examine(*found->directory, clock, context.progress());
  return change::doctor::examine(*found->platform, found->instance, TRY(deployment::home_folder()), clock,
                                 context.progress());
}

bool is_serious(const Examination& examination) { return examination.worst() == change::doctor::Severity::serious; }

Result<void> one(Context& context, const std::string& address) {
  const Examination examination = TRY(examine(context, address));
  if (context.json())
    context.answer_json(examination_json(examination));
  else
    context.answer(render_examination(examination, context.style()));
  return conclude(is_serious(examination));
}

Result<void> everything(Context& context) {
  const Inventory inventory = TRY(take_inventory());
  std::vector<Examination> examinations;
  for (const std::string& address : inventory.addresses) {
    auto examination = examine(context, address);
    examinations.push_back(examination ? *std::move(examination)
                                       : change::doctor::not_examined(address, examination.error()));
  }
  const bool serious = inventory.engine_error || std::ranges::any_of(examinations, is_serious);
  if (context.json()) {
    Json list = Json::array();
    for (const Examination& examination : examinations) list.push_back(examination_json(examination));
    context.answer_json(inventory_json(inventory, std::move(list)));
    return conclude(serious);
  }
  std::string text =
      inventory.engine.empty() ? "" : context.style().green("✓") + " " + inventory.engine + " answers\n\n";
  if (examinations.empty()) text += "No deployment is known yet. Name one: liftlock doctor dir:DATA_DIR\n";
  for (const Examination& examination : examinations) {
    if (&examination != &examinations.front()) text += "\n";
    text += render_examination(examination, context.style());
  }
  context.answer(text);
  if (inventory.engine_error)
    context.answer("\n" + context.style().red("serious") + " The container engine does not answer\n" +
                   render_error(*inventory.engine_error, context.style()));
  return conclude(serious);
}

Result<void> run(Context& context, const Arguments& arguments) {
  const std::optional<std::string> address = arguments.text("DEPLOYMENT");
  return address ? one(context, *address) : everything(context);
}

}  // namespace

const Command& doctor_command() {
  static const Command command{
      .name = "doctor",
      .group = "Look",
      .summary = "Say what is wrong, or will be",
      .description =
          "Looks whether the program runs, whether data and secret key would outlive the container, whether its "
          "image's "
          "tag moves on and whether something replaces it by itself; whether the data can be written to, and there is "
          "room for a change; whether the database is intact, known, at the schema of its revision, and fits its "
          "program; whether a change was interrupted; and how old the newest snapshot is. Each finding says why it "
          "matters and what to do. Changes nothing. Without DEPLOYMENT: all of them, and the container engine.",
      .arguments = {deployment_argument(false)},
      .options = {},
      .examples = {{"liftlock doctor open-webui", "A container."},
                   {"liftlock doctor --json", "All there is, for a monitor."}},
      .exit_statuses = {{0, "Nothing serious was found."},
                        {1, "Something serious was found, which was printed: be it that it could not be looked at."},
                        {2, "There is no such deployment."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
