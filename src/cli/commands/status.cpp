#include "cli/render/status.hpp"

#include <string>

#include "cli/commands/all.hpp"
#include "cli/commands/inventory.hpp"
#include "cli/commands/session.hpp"
#include "cli/context.hpp"
#include "cli/render/error.hpp"
#include "cli/render/instance_status.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

std::string text_of(const AnyStatus& status, const Style& style) {
  return std::visit([&](const auto& one) { return render_status(one, style); }, status);
}

Json json_of(const AnyStatus& status) {
  return std::visit([](const auto& one) { return status_json(one); }, status);
}

Result<void> one(Context& context, const std::string& address) {
  const AnyStatus status = TRY(look_at(address));
  if (context.json()) {
    context.answer_json(json_of(status));
  } else {
    context.answer(text_of(status, context.style()));
  }
  return {};
}

/// One that cannot be looked at does not hide the others.
Json json_of(const Inventory& inventory) {
  Json list = Json::array();
  for (const std::string& address : inventory.addresses) {
    const Result<AnyStatus> status = look_at(address);
    list.push_back(status ? json_of(*status) : error_json(status.error()));
    if (!status) list.back()["deployment"] = address;
  }
  return inventory_json(inventory, std::move(list));
}

std::string text_of(const Inventory& inventory, const Style& style) {
  std::string text;
  for (const std::string& address : inventory.addresses) {
    const Result<AnyStatus> status = look_at(address);
    text += text.empty() ? "" : "\n";
    text +=
        status ? text_of(*status, style) : style.bold(printable(address)) + "\n" + render_error(status.error(), style);
  }
  return text.empty() ? "No deployment is known yet. Name one: liftlock status dir:DATA_DIR\n" : text;
}

Result<void> everything(Context& context) {
  const Inventory inventory = TRY(take_inventory());
  if (context.json()) {
    context.answer_json(json_of(inventory));
    return {};
  }
  context.answer(text_of(inventory, context.style()));
  if (inventory.engine_error) {
    context.say("\nContainers are not listed.\n" + render_error(*inventory.engine_error, context.talk_style()));
  }
  return {};
}

Result<void> run(Context& context, const Arguments& arguments) {
  const std::optional<std::string> address = arguments.text("DEPLOYMENT");
  return address ? one(context, *address) : everything(context);
}

}  // namespace

const Command& status_command() {
  static const Command command{
      .name = "status",
      .group = "Look",
      .summary = "Show what is deployed",
      .description =
          "Version, database, revision, size, who has the database open, and whether a change was interrupted or can "
          "still be rolled back. Of a container also image, health, ports, and whether data and secret key would "
          "outlive "
          "it; its engine is the one that DOCKER_HOST names, or the one of this machine (Docker, Podman). Without "
          "A database on PostgreSQL is asked there; see `liftlock help backup` for what names it. Without "
          "DEPLOYMENT: every data directory that Liftlock has worked on, and every container that is Open WebUI.",
      .arguments = {deployment_argument(false)},
      .options = {},
      .examples = {{"liftlock status dir:/srv/open-webui/data", "One deployment."},
                   {"liftlock status docker:open-webui", "A container."},
                   {"liftlock status --json", "Every one, for a program."}},
      .exit_statuses = {{0, "It was shown."},
                        {1, "The data cannot be read, or the container engine does not answer."},
                        {2, "There is no such deployment."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
