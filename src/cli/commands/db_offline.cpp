#include "cli/commands/db_offline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/foreign_chain.hpp"
#include "cli/usage.hpp"
#include "database/sqlite.hpp"
#include "database/sqlite_schema.hpp"
#include "database/url.hpp"
#include "migration/offline/script.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/script/lookup.hpp"

namespace liftlock::cli {

namespace {

using migration::Dialect;
using migration::Lineage;
using migration::offline::ScriptRequest;

/// The head of 0.9.5; no database born under Alembic alone has come up to it or to an earlier revision only.
constexpr std::string_view last_head_with_peewee = "a0b1c2d3e4f5";

/// How many revisions lie before and at this one.
std::size_t place_of(std::string_view id) {
  const auto chain = migration::openwebui::alembic_revisions();
  const auto found = std::ranges::find(chain, id, [](const auto* step) { return step->id; });
  return id.empty() ? 0 : static_cast<std::size_t>(found - chain.begin()) + 1;
}

/// The id that a name means; empty for the base.
Result<std::string> id_named(const migration::script::RevisionMap& map, const std::string& name) {
  const auto places = TRY(migration::script::revisions_named(map, migration::script::End::name(name)));
  return places.empty() ? std::string() : map[places.front()].script.revision;
}

/// Both ends of "A:B".
Result<void> read_range(ScriptRequest& request, const migration::script::RevisionMap& map, const std::string& range,
                        Way way) {
  const std::size_t colon = range.find(':');
  if (colon == std::string::npos && way == Way::down) {
    return usage_error("range-missing", "a script down must be told where it begins",
                       fmt::format("liftlock db downgrade --sql FROM:{}", range));
  }
  const std::string from = colon == std::string::npos ? "" : range.substr(0, colon);
  const std::string to = colon == std::string::npos ? range : range.substr(colon + 1);
  request.from = TRY(id_named(map, from.empty() ? "base" : from));
  request.to = TRY(target_of(way, map, to, request.from));
  return {};
}

Result<std::optional<database::Url>> url_of(const Arguments& arguments) {
  const std::optional<std::string> text = named_url(arguments);
  if (!text) return std::optional<database::Url>();
  return std::optional(TRY(database::parse_url(*text)));
}

/// What the named SQLite file says: its lineage, and where it is at the script's beginning its tables.
Result<void> look_at(const database::Url& url, ScriptRequest& request) {
  auto connection = TRY(database::Connection::open(url.file, database::OpenMode::read_only));
  const migration::DatabaseState state = TRY(migration::inspect_state(connection));
  request.lineage = state.lineage;
  if (state.lineage != Lineage::none && state.revision == request.from)
    request.tables = TRY(database::read_schema(connection));
  return {};
}

/// What --lineage says, else what the named SQLite file has, else what only one lineage can be.
Result<void> find_start(ScriptRequest& request, const Arguments& arguments, const std::optional<database::Url>& url) {
  const std::string named = arguments.text("--lineage").value_or("");
  const bool may_look = named.empty() && url && url->dialect == "sqlite" && request.dialect == Dialect::sqlite;
  if (may_look && file::exists(url->file)) return look_at(*url, request);
  if (request.from.empty()) {
    request.lineage = named == "peewee" ? Lineage::peewee : Lineage::none;
  } else if (named == "peewee" || (named.empty() && place_of(request.from) <= place_of(last_head_with_peewee))) {
    request.lineage = Lineage::peewee;
  } else if (named == "alembic") {
    request.lineage = Lineage::alembic;
  } else {
    return usage_error(
        "lineage-missing",
        fmt::format("databases at {} have one of two schemas: that of those born up to release 0.9.5, or that "
                    "of those born later",
                    request.from),
        "Say --lineage peewee for the former, --lineage alembic for the latter; or name the SQLite file with "
        "--database.");
  }
  return {};
}

Json to_json(const ScriptRequest& request, const std::string& sql) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"from_revision", text_or_null(request.from)},
          {"to_revision", text_or_null(request.to)},
          {"dialect", request.dialect == Dialect::sqlite ? "sqlite" : "postgresql"},
          {"lineage", name_of(request.lineage)},
          {"sql", sql}};
}

}  // namespace

Option sql_option() { return {"--sql", "", "", "Migrate nothing: write the migration from A to B of A:B as SQL."}; }

Option dialect_option() {
  return {.name = "--dialect",
          .short_name = "",
          .value = "DIALECT",
          .help = "With --sql: the database that the SQL is for, where --database names none; else sqlite.",
          .completes = Completes::choices,
          .choices = {"sqlite", "postgresql"}};
}

Option lineage_option() {
  return {.name = "--lineage",
          .short_name = "",
          .value = "LINEAGE",
          .help = "With --sql: whether the database was born up to release 0.9.5 (peewee) or later (alembic).",
          .completes = Completes::choices,
          .choices = {"peewee", "alembic"}};
}

Result<void> answer_with_sql(Context& context, const Arguments& arguments, const Graph& graph, Way way) {
  if (goes_through_alembic(graph, arguments)) {
    return usage_error("sql-of-other-chain", "only Open WebUI's own chain can be written as SQL",
                       fmt::format("With the chain's own Alembic: alembic {} {} --sql",
                                   way == Way::up ? "upgrade" : "downgrade", arguments.required("REVISION")));
  }
  ScriptRequest request;
  TRY(read_range(request, graph.map(), arguments.required("REVISION"), way));
  const std::optional<database::Url> url = TRY(url_of(arguments));
  const std::string dialect = arguments.text("--dialect").value_or(url ? url->dialect : "sqlite");
  request.dialect = dialect == "sqlite" ? Dialect::sqlite : Dialect::postgresql;
  TRY(find_start(request, arguments, url));
  const std::string sql = TRY(migration::offline::write_script(request));
  if (context.json()) {
    context.answer_json(to_json(request, sql));
  } else {
    context.answer(sql);
  }
  return {};
}

}  // namespace liftlock::cli
