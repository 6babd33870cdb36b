#include "cli/render/status.hpp"

#include <fmt/core.h>

#include "base/format.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/text.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli {

namespace {

std::string bytes(std::int64_t count) { return format_bytes(static_cast<std::uint64_t>(count)); }

}  // namespace

std::string database_text(const migration::DatabaseState& state) {
  if (state.foreign) return "not a database of Open WebUI";
  if (state.lineage == migration::Lineage::none) return "empty";
  if (state.revision.empty()) return fmt::format("before Alembic, {} of 18 Peewee migrations", state.peewee_migrations);
  return fmt::format("revision {}{}, born under {}", state.revision, state.known_revision ? "" : " (not known)",
                     state.lineage == migration::Lineage::peewee ? "Peewee" : "Alembic");
}

std::string leftovers_text(const migration::DatabaseState& state, const Style& style) {
  if (state.leftovers.empty()) return {};
  std::string out = style.red("\nA migration ended half-way\n");
  for (const migration::DatabaseState::Leftover& leftover : state.leftovers) {
    out += wrap(fmt::format("{} [{}]", leftover.explanation, leftover.id), static_cast<std::size_t>(style.width), 2);
    out += wrap(leftover.repair, static_cast<std::size_t>(style.width), 4);
  }
  return out;
}

std::string changes_text(const std::string& address, const std::optional<std::string>& unfinished,
                         const std::optional<std::string>& unsettled, const Style& style) {
  std::string out;
  if (unfinished) {
    out += fmt::format("\n{} change {} was interrupted. Finish or undo it:\n  liftlock resume {}\n",
                       style.red("Unfinished:"), *unfinished, address);
  }
  if (unsettled) {
    out += fmt::format("\nChange {} can still be rolled back:\n  liftlock rollback {}\n", *unsettled, address);
  }
  return out;
}

nlohmann::ordered_json changes_json(const std::optional<std::string>& unfinished,
                                    const std::optional<std::string>& unsettled) {
  using Json = nlohmann::ordered_json;
  const auto or_null = [](const std::optional<std::string>& text) { return text ? Json(*text) : Json(); };
  return {{"unfinished_change", or_null(unfinished)}, {"unsettled_change", or_null(unsettled)}};
}

std::string origin_text(const migration::DatabaseState& state, const std::vector<std::string>& releases) {
  if (!releases.empty()) return release_span(releases);
  const std::string origin = release::describe_origin(state);
  return origin.empty() ? "unknown" : origin;
}

nlohmann::ordered_json state_json(const migration::DatabaseState& state) {
  using Json = nlohmann::ordered_json;
  Json leftovers = Json::array();
  for (const migration::DatabaseState::Leftover& leftover : state.leftovers) {
    leftovers.push_back({{"id", leftover.id},
                         {"explanation", leftover.explanation},
                         {"repairable", leftover.repairable},
                         {"repair", leftover.repair}});
  }
  return {{"revision", state.revision.empty() ? Json() : Json(state.revision)},
          {"known_revision", state.known_revision},
          {"lineage", name_of(state.lineage)},
          {"peewee_migrations", state.peewee_migrations},
          {"foreign", state.foreign},
          {"leftovers", std::move(leftovers)}};
}

void add_server(TextTable& table, const change::PostgresStatus& server, const Style& style) {
  table.add({style.dim("database"), fmt::format("{}, {}", printable(server.url), bytes(server.bytes))});
  table.add({style.dim("server"), fmt::format("PostgreSQL {}, database {}, schema {}{}", server.server,
                                              printable(server.name), printable(server.schema),
                                              server.through.empty() ? "" : ", through " + printable(server.through))});
}

void add_sessions(TextTable& table, const std::vector<std::string>& users, const Style& style) {
  table.add({style.dim("used by"), users.empty() ? "nobody" : printable(users.front())});
  for (std::size_t i = 1; i < users.size(); ++i) table.add({"", printable(users[i])});
}

nlohmann::ordered_json server_json(const change::PostgresStatus& server) {
  using Json = nlohmann::ordered_json;
  return {{"version", server.server},
          {"url", server.url},
          {"name", server.name},
          {"schema", server.schema},
          {"through", server.through.empty() ? Json() : Json(server.through)}};
}

std::string render_status(const change::Status& status, const Style& style) {
  const deployment::Deployment& deployment = status.deployment;
  TextTable table({{""}, {""}});
  table.add({style.dim("driver"), deployment.driver});
  table.add({style.dim("data"), printable(deployment.data_directory.string())});
  if (status.postgres) {
    add_server(table, *status.postgres, style);
  } else {
    table.add({style.dim("database"),
               fmt::format("{}, {}", printable(deployment.database.string()), bytes(status.size.database_bytes))});
  }
  table.add({style.dim("state"), database_text(status.state)});
  table.add({style.dim("version"), origin_text(status.state, status.releases)});
  table.add({style.dim("files"), fmt::format("{}, {}", format_count(status.size.data_files, "file", "files"),
                                             bytes(status.size.data_bytes))});
  add_sessions(table, status.users, style);
  return style.bold(printable(deployment.address)) + "\n" + table.render(2) + leftovers_text(status.state, style) +
         changes_text(deployment.address, status.unfinished_change, status.unsettled_change, style);
}

nlohmann::ordered_json status_json(const change::Status& status) {
  using Json = nlohmann::ordered_json;
  Json database = {{"path", status.postgres ? Json() : Json(status.deployment.database.string())},
                   {"bytes", status.size.database_bytes}};
  if (status.postgres) database["server"] = server_json(*status.postgres);
  database.update(state_json(status.state));
  database["users"] = status.users;
  Json json = {{"deployment", status.deployment.address},
               {"driver", status.deployment.driver},
               {"data_directory", status.deployment.data_directory.string()},
               {"releases", status.releases},
               {"database", std::move(database)},
               {"data", {{"bytes", status.size.data_bytes}, {"files", status.size.data_files}}}};
  json.update(changes_json(status.unfinished_change, status.unsettled_change));
  return json;
}

}  // namespace liftlock::cli
