#include "cli/render/instance_status.hpp"

#include <fmt/core.h>

#include "base/format.hpp"
#include "cli/render/error.hpp"
#include "cli/render/status.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

using Json = nlohmann::ordered_json;
using SecretKey = change::InstanceStatus::SecretKey;

std::string bytes(std::int64_t count) { return format_bytes(static_cast<std::uint64_t>(count)); }

std::string state_text(const deployment::Instance& instance) {
  std::string text = instance.state;
  if (!instance.started.empty() && instance.state == "running") text += " since " + instance.started;
  if (!instance.health.empty() && instance.state == "running") text += ", " + instance.health;
  if (instance.restarts > 0) text += ", restarted " + format_count(instance.restarts, "time", "times");
  return text;
}

std::string mount_text(const deployment::Instance& instance) {
  const std::filesystem::path& folder = instance.settings.data_directory;
  const deployment::Mount* mount = deployment::mount_of(instance, folder);
  if (mount == nullptr) return fmt::format("{} in the container itself", folder.string());
  const std::string& what = mount->name.empty() ? mount->source.string() : mount->name;
  return fmt::format("{} on {} {}", folder.string(), mount->kind, what);
}

std::string database_place(const change::InstanceStatus& status) {
  const std::string place = status.database_file ? status.database_file->string() : status.instance.settings.database;
  return printable(place) + (status.database_bytes ? ", " + bytes(*status.database_bytes) : "");
}

std::string secret_text(const change::InstanceStatus& status) {
  const deployment::Settings& settings = status.instance.settings;
  switch (status.secret_key) {
    case SecretKey::in_variable:
      return fmt::format("in {}", settings.secret_variable);
    case SecretKey::in_kept_file:
      return fmt::format("in {}", settings.secret_file.string());
    case SecretKey::in_layer:
      return fmt::format("in {}, in the container itself", settings.secret_file.string());
    case SecretKey::none:
      break;
  }
  return "none yet";
}

/// What is about to hurt whoever makes the container anew.
std::string warnings(const change::InstanceStatus& status, const Style& style) {
  const auto width = static_cast<std::size_t>(style.width);
  const deployment::Instance& instance = status.instance;
  std::string out;
  if (deployment::mount_of(instance, instance.settings.data_directory) == nullptr) {
    out += style.red("\nThe data goes with the container\n");
    out +=
        wrap("Nothing is mounted at its data directory: whoever removes this container removes every chat.", width, 2);
  }
  if (status.secret_key == SecretKey::in_layer) {
    out += style.yellow("\nThe secret key goes with the container\n");
    out += wrap(fmt::format("{} is set nowhere, and its file lies in the container itself. When the container is made "
                            "anew, everybody is logged out, and stored tokens cannot be read any more.",
                            "WEBUI_SECRET_KEY"),
                width, 2);
  }
  return out;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json mounts_json(const deployment::Instance& instance) {
  Json list = Json::array();
  for (const deployment::Mount& mount : instance.mounts) {
    list.push_back({{"kind", mount.kind},
                    {"name", text_or_null(mount.name)},
                    {"source", text_or_null(mount.source.string())},
                    {"destination", mount.destination.string()}});
  }
  return list;
}

Json database_json(const change::InstanceStatus& status) {
  const deployment::Settings& settings = status.instance.settings;
  Json database = {{"kind", settings.database_kind},
                   {"url", settings.database},
                   {"path", status.database_file ? Json(status.database_file->string()) : Json()},
                   {"bytes", status.database_bytes ? Json(*status.database_bytes) : Json()}};
  if (status.postgres) {
    database["server"] = server_json(*status.postgres);
    database["users"] = status.postgres->sessions;
  }
  if (status.state) database.update(state_json(*status.state));
  database["unread"] = status.database_unread ? error_json(*status.database_unread)["error"] : Json();
  return database;
}

}  // namespace

std::string render_status(const change::InstanceStatus& status, const Style& style) {
  const deployment::Instance& instance = status.instance;
  TextTable table({{""}, {""}});
  table.add({style.dim("driver"), instance.driver});
  table.add({style.dim("image"), printable(instance.image)});
  table.add({style.dim("program"), printable(status.version.value_or("unknown version"))});
  table.add({style.dim("running"), printable(state_text(instance))});
  for (const std::string& port : instance.ports) table.add({style.dim("port"), printable(port)});
  table.add({style.dim("data"), printable(mount_text(instance))});
  if (status.postgres)
    add_server(table, *status.postgres, style);
  else
    table.add({style.dim("database"), database_place(status)});
  if (status.state) {
    table.add({style.dim("state"), database_text(*status.state)});
    table.add({style.dim("version"), origin_text(*status.state, status.releases)});
  } else {
    table.add({style.dim("state"), "not read: " + printable(status.database_unread->what)});
  }
  if (status.size) {
    table.add({style.dim("files"), fmt::format("{}, {}", format_count(status.size->data_files, "file", "files"),
                                               bytes(status.size->data_bytes))});
  }
  table.add({style.dim("secret key"), printable(secret_text(status))});
  if (status.postgres) add_sessions(table, status.postgres->sessions, style);
  return style.bold(printable(instance.address)) + "\n" + table.render(2) +
         (status.state ? leftovers_text(*status.state, style) : "") + warnings(status, style) +
         changes_text(printable(instance.address), status.unfinished_change, status.unsettled_change, style);
}

Json status_json(const change::InstanceStatus& status) {
  const deployment::Instance& instance = status.instance;
  Json json = {
      {"deployment", instance.address},
      {"driver", instance.driver},
      {"data_directory", instance.settings.data_directory.string()},
      {"releases", status.releases},
      {"database", database_json(status)},
      {"data", status.size ? Json{{"bytes", status.size->data_bytes}, {"files", status.size->data_files}} : Json()},
      {"program",
       {{"version", status.version ? Json(*status.version) : Json()},
        {"image", instance.image},
        {"image_id", text_or_null(instance.image_id)},
        {"digests", instance.image_digests},
        {"id", instance.id},
        {"state", instance.state},
        {"health", text_or_null(instance.health)},
        {"started", text_or_null(instance.started)},
        {"restarts", instance.restarts},
        {"ports", instance.ports},
        {"mounts", mounts_json(instance)}}},
      {"secret_key", std::string(name_of(status.secret_key))}};
  json.update(changes_json(status.unfinished_change, status.unsettled_change));
  return json;
}

}  // namespace liftlock::cli
