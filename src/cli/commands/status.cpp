#include "cli/render/status.hpp"

#include <set>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/commands/installation.hpp"
#include "cli/commands/session.hpp"
#include "cli/render/error.hpp"
#include "cli/render/instance_status.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

/// What is shown of one deployment, in the form that was asked for.
struct Shown {
  std::string text;
  Json json;
};

template <class Status>
Shown shown(const Context& context, const Status& status) {
  if (context.json()) return {.text = {}, .json = status_json(status)};
  return {.text = render_status(status, context.style()), .json = {}};
}

Result<Shown> look_at(const Context& context, const std::string& address) {
  const Installation found = TRY(find_installation(address));
  if (found.directory) return shown(context, TRY(change::status(*found.directory)));
  return shown(context, TRY(change::status(*found.platform, found.instance)));
}

Result<void> one(Context& context, const std::string& address) {
  const Shown status = TRY(look_at(context, address));
  if (context.json()) {
    context.answer_json(status.json);
  } else {
    context.answer(status.text);
  }
  return {};
}

/// Everything there is, one after the other. One that cannot be looked at does not hide the others.
class List {
 public:
  explicit List(Context& context) : context_(context) {}

  void add(const std::string& address, const Result<Shown>& status) {
    if (context_.json()) {
      json_.push_back(status ? status->json : error_json(status.error()));
      if (!status) json_.back()["deployment"] = address;
      return;
    }
    text_ += text_.empty() ? "" : "\n";
    text_ += status ? status->text
                    : context_.style().bold(printable(address)) + "\n" + render_error(status.error(), context_.style());
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Json json() && { return std::move(json_); }

 private:
  Context& context_;
  std::string text_;
  Json json_ = Json::array();
};

bool is_container(const std::string& address) { return address.starts_with("docker:"); }

/// The containers; what keeps them from being listed is no failure of this command.
Result<std::string> add_containers(Context& context, List& list, std::set<std::string>& listed) {
  const auto engine = TRY(deployment::container_engine());
  if (engine == nullptr) return {};
  for (const std::string& name : TRY(engine->names())) {
    const auto status = change::status(*engine, name);
    listed.insert("docker:" + name);
    list.add("docker:" + name, status ? Result<Shown>(shown(context, *status)) : std::unexpected(status.error()));
  }
  return engine->description();
}

Result<void> everything(Context& context) {
  const std::filesystem::path home = TRY(deployment::home_folder());
  List list(context);
  const std::vector<std::string> known = TRY(deployment::known_addresses(home));
  for (const std::string& address : known) {
    if (!is_container(address)) list.add(address, look_at(context, address));
  }
  std::set<std::string> listed;
  const Result<std::string> engine = add_containers(context, list, listed);
  for (const std::string& address : known) {
    if (is_container(address) && !listed.contains(address)) list.add(address, look_at(context, address));
  }
  if (context.json()) {
    context.answer_json(Json{{"deployments", std::move(list).json()},
                             {"engine", engine && !engine->empty() ? Json(*engine) : Json()},
                             {"engine_error", engine ? Json() : error_json(engine.error())["error"]}});
    return {};
  }
  context.answer(list.text().empty() ? "No deployment is known yet. Name one: liftlock status dir:DATA_DIR\n"
                                     : list.text());
  if (!engine) context.say("\nContainers are not listed.\n" + render_error(engine.error(), context.talk_style()));
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
          "DEPLOYMENT: every data directory that Liftlock has worked on, and every container that is Open WebUI.",
      .arguments = {{.name = "DEPLOYMENT",
                     .help = "dir:DATA_DIR (the folder that holds webui.db), docker:NAME (a container), or a bare path "
                             "or name where only one of them fits.",
                     .completes = Completes::deployment,
                     .required = false}},
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
