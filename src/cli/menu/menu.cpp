#include "cli/menu/menu.hpp"

#include <fmt/core.h>

#include "base/format.hpp"
#include "cli/menu/dialogue.hpp"
#include "cli/menu/pages.hpp"
#include "cli/render/error.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli::menu {

namespace {

std::string revision_text(const migration::DatabaseState& state) {
  if (state.foreign) return "not Open WebUI's";
  if (state.lineage == migration::Lineage::none) return "empty";
  return state.revision.empty() ? fmt::format("Peewee {} of 18", state.peewee_migrations) : state.revision;
}

/// What the list says of one deployment: two lines.
struct Lines {
  std::string what;
  std::string database;
};

Lines lines_of(const change::Status& status) {
  const std::string version = status.releases.empty() ? "unknown version" : release_span(status.releases);
  return {fmt::format("data directory, {}{}", version, status.users.empty() ? "" : ", in use"),
          fmt::format("sqlite {}, {}", format_bytes(static_cast<std::uint64_t>(status.size.database_bytes)),
                      revision_text(status.state))};
}

Lines lines_of(const change::InstanceStatus& status) {
  const deployment::Instance& instance = status.instance;
  Lines lines{status.version.value_or("unknown version") + ", " + instance.state, instance.settings.database_kind};
  if (instance.state == "running" && !instance.health.empty()) lines.what += ", " + instance.health;
  if (status.database_bytes) lines.database += " " + format_bytes(static_cast<std::uint64_t>(*status.database_bytes));
  lines.database += ", " + (status.state ? revision_text(*status.state) : std::string("not read"));
  lines.database = instance.image + ", " + lines.database;
  return lines;
}

const std::optional<std::string>& unfinished(const AnyStatus& status) {
  return std::visit([](const auto& one) -> const std::optional<std::string>& { return one.unfinished_change; }, status);
}

const std::optional<std::string>& unsettled(const AnyStatus& status) {
  return std::visit([](const auto& one) -> const std::optional<std::string>& { return one.unsettled_change; }, status);
}

Item item_of(std::size_t number, const std::string& address, const Result<AnyStatus>& status) {
  Item item{std::to_string(number), printable(address)};
  if (!status) {
    item.detail = printable(status.error().what);
    return item;
  }
  const Lines lines = std::visit([](const auto& one) { return lines_of(one); }, *status);
  item.text += "  " + printable(lines.what);
  item.detail = printable(lines.database);
  if (unfinished(*status)) item.text += ", a change was interrupted";
  return item;
}

/// What the user chose, as the command that it is; the menu comes back after it.
void run(World& world, const std::vector<std::string>& words) {
  const Style style = world.style();
  world.show(style.dim("same as: " + world.command_line(words)) + "\n");
  world.run(words);
}

bool may_be_version(const std::string& typed) {
  return typed.front() != '-' && typed.find_first_of(" \t") == std::string::npos;
}

std::optional<std::string> type_version(World& world, Leaving& leaving) {
  while (true) {
    auto typed = ask_line(world, "Tag, release or image (Enter: cancel): ", leaving);
    if (!typed || typed->empty()) return std::nullopt;
    if (may_be_version(*typed)) return typed;
    world.show("That cannot be one: a tag has no blanks and does not begin with a dash.\n");
  }
}

Leaving change_version(World& world, const std::string& address) {
  static const std::vector<Item> items = {{"1", "latest, the newest release"},
                                          {"2", "main, the newest state of development"},
                                          {"3", "a release from a list"},
                                          {"4", "another tag, release or image"},
                                          {"0", "cancel"}};
  Leaving leaving = Leaving::back;
  world.show(render_items("Change " + printable(address) + " to", items, world.style()));
  const auto key = choose(world, items, "0", leaving);
  if (!key) return leaving;
  std::optional<std::string> version;
  if (*key == "1") version = "latest";
  if (*key == "2") version = "main";
  if (*key == "3") version = choose_release(world, address, leaving);
  if (*key == "4") version = type_version(world, leaving);
  if (version) run(world, {"change", address, *version});
  return leaving;
}

Leaving restore(World& world, const std::string& address) {
  Leaving leaving = Leaving::back;
  if (const auto snapshot = choose_snapshot(world, address, leaving)) run(world, {"restore", address, *snapshot});
  return leaving;
}

/// Of a data directory, it is not known who writes a log.
std::vector<Item> actions(const Result<AnyStatus>& status) {
  std::vector<Item> items = {{"1", "status"},
                             {"2", "change version"},
                             {"3", "back up"},
                             {"4", "restore a snapshot"},
                             {"5", "history"},
                             {"6", "log"},
                             {"7", "doctor: what is wrong, or will be"}};
  if (status && std::holds_alternative<change::Status>(*status))
    std::erase_if(items, [](const Item& item) { return item.key == "6"; });
  if (!status || unfinished(*status)) items.push_back({"8", "finish or undo the interrupted change"});
  if (status && unsettled(*status) && !unfinished(*status)) {
    items.push_back({"8", "roll back change " + *unsettled(*status)});
    items.push_back({"9", "settle it: give up what was there before"});
  }
  items.push_back({"0", "back"});
  return items;
}

Leaving act(World& world, const std::string& address, const std::string& key, const Result<AnyStatus>& status) {
  if (key == "1") run(world, {"status", address});
  if (key == "2") return change_version(world, address);
  if (key == "3") run(world, {"backup", address});
  if (key == "4") return restore(world, address);
  if (key == "5") run(world, {"history", address});
  if (key == "6") run(world, {"logs", address, "--lines", "40"});
  if (key == "7") run(world, {"doctor", address});
  if (key == "8") run(world, {!status || unfinished(*status) ? "resume" : "rollback", address});
  if (key == "9") run(world, {"settle", address, "--now"});
  return Leaving::back;
}

/// The menu of one deployment, looked at anew each time that it is drawn.
Leaving look_after(World& world, const std::string& address) {
  while (true) {
    const auto status = world.status(address);
    const Item now = item_of(1, address, status);
    if (!status) world.show("\n" + render_error(status.error(), world.style()));
    const std::vector<Item> items = actions(status);
    world.show(render_items(now.text, items, world.style()));
    Leaving leaving = Leaving::back;
    const auto key = choose(world, items, "0", leaving);
    if (!key || *key == "0") return leaving;
    if (act(world, address, *key, status) == Leaving::the_end) return Leaving::the_end;
  }
}

/// A data directory that Liftlock has not worked on yet, or a container that does not look like Open WebUI.
Leaving another(World& world) {
  Leaving leaving = Leaving::back;
  const auto typed = ask_line(world, "Data directory or container (Enter: cancel): ", leaving);
  if (!typed || typed->empty()) return leaving;
  const auto status = world.status(*typed);
  if (!status) {
    world.show("\n" + render_error(status.error(), world.style()));
    return Leaving::back;
  }
  const auto address = std::visit(
      [](const auto& one) {
        if constexpr (requires { one.instance; })
          return one.instance.address;
        else
          return one.deployment.address;
      },
      *status);
  return look_after(world, address);
}

struct FirstPage {
  std::vector<std::string> addresses;
  std::vector<Item> items;
};

FirstPage draw_first_page(World& world) {
  FirstPage page;
  const auto inventory = world.inventory();
  if (!inventory) world.show("\n" + render_error(inventory.error(), world.style()));
  if (inventory) page.addresses = inventory->addresses;
  for (const std::string& address : page.addresses)
    page.items.push_back(item_of(page.items.size() + 1, address, world.status(address)));
  page.items.push_back({"a", "another one: a data directory or a container, by its name"});
  page.items.push_back({"r", "look again"});
  page.items.push_back({"0", "leave"});
  std::string title = "Deployments of Open WebUI";
  if (inventory && !inventory->engine.empty()) title += " (" + inventory->engine + ")";
  world.show(render_items(title, page.items, world.style()));
  if (inventory && inventory->engine_error)
    world.show("\nContainers are not listed.\n" + render_error(*inventory->engine_error, world.style()));
  return page;
}

}  // namespace

Ended run_menu(World& world) {
  while (true) {
    const FirstPage page = draw_first_page(world);
    Leaving leaving = Leaving::back;
    const auto key = choose(world, page.items, "r", leaving);
    if (!key) return leaving == Leaving::back ? Ended::interrupted : Ended::chosen;
    if (*key == "0") return Ended::chosen;
    if (*key == "r") continue;
    const Leaving after = *key == "a" ? another(world) : look_after(world, page.addresses[std::stoul(*key) - 1]);
    if (after == Leaving::the_end) return Ended::chosen;
  }
}

}  // namespace liftlock::cli::menu
