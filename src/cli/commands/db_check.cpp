#include <fmt/core.h>

#include "base/format.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/schema_side.hpp"
#include "cli/render/differences.hpp"
#include "migration/drift.hpp"
#include "migration/postgres/chain_schemas.hpp"

namespace liftlock::cli {

namespace {

using migration::DatabaseState;
using migration::Drift;

constexpr SideNames side_names{.missing = "missing", .extra = "not expected", .different = "different"};

std::string name_of_state(const DatabaseState& state) {
  if (state.revision.empty()) return "the base";
  return fmt::format("revision {} in the lineage of {}", state.revision, name_of(state.lineage));
}

Result<void> refuse_what_is_not_ours(const SchemaSide& side) {
  const std::string doing = fmt::format("Checking the schema of {}", side.name);
  if (side.state.foreign) {
    return refusal("database-foreign", doing, "The database has tables, but not those of Open WebUI.",
                   "Name a database of Open WebUI. Two others can be compared: liftlock db diff A B");
  }
  if (!side.state.known_revision) {
    return failure("revision-unknown", doing,
                   fmt::format("Can't locate revision identified by '{}'", side.state.revision),
                   "The database was written by a release that this Liftlock does not know; see: liftlock versions");
  }
  return {};
}

Result<Drift> drift_of(const SchemaSide& side) {
  if (!side.server) {
    migration::SqliteChain chain;
    return migration::find_drift(*side.read, side.state, chain);
  }
  TRY(side.server->begin());  // for what the chain makes there; it ends with the connection
  migration::postgres::PostgresChain chain(*side.server);
  return migration::find_drift(*side.read, side.state, chain);
}

std::string text_of(const SchemaSide& side, const Drift& drift, const Style& style) {
  const auto differences = condensed(drift.differences);
  std::string text;
  if (differences.empty()) {
    text = fmt::format("No drift: the schema is that of {}.\n", name_of_state(side.state));
  } else {
    text = fmt::format("{} from what {} has:\n",
                       format_count(static_cast<std::int64_t>(differences.size()), "difference", "differences"),
                       name_of_state(side.state));
    text += render_differences(differences, side_names, style);
  }
  text += render_known(drift.known, style);
  for (const DatabaseState::Leftover& leftover : side.state.leftovers) {
    text += fmt::format("  {} {}\n", style.yellow("!"), leftover.explanation);
  }
  return text;
}

Json to_json(const SchemaSide& side, const Drift& drift) {
  Json leftovers = Json::array();
  for (const DatabaseState::Leftover& leftover : side.state.leftovers) {
    leftovers.push_back({{"id", leftover.id}, {"explanation", leftover.explanation}});
  }
  return {{"database", side.name},
          {"revision", side.state.revision.empty() ? Json() : Json(side.state.revision)},
          {"lineage", name_of(side.state.lineage)},
          {"drift", !drift.differences.empty()},
          {"differences", differences_json(condensed(drift.differences), "expected", "actual")},
          {"known", known_json(drift.known, "expected", "actual")},
          {"leftovers", std::move(leftovers)}};
}

Result<void> run(Context& context, const Arguments& arguments) {
  const database::Url url = TRY(database_of(arguments, Takes::both));
  const SchemaSide side = TRY(schema_side(url));
  TRY(refuse_what_is_not_ours(side));
  const Drift drift = TRY(drift_of(side));
  if (context.json())
    context.answer_json(to_json(side, drift));
  else
    context.answer(text_of(side, drift, context.style()));
  return conclude(!drift.differences.empty());
}

}  // namespace

const Command& db_check_command() {
  static const Command command{
      .name = "db check",
      .group = "Database",
      .summary = "Show where a database's schema is not that of its revision",
      .description =
          "Compares the schema with the one that the recorded revision has in a database of this lineage: what "
          "`alembic check` is for, against the chain itself instead of the program's models, which on Open WebUI say "
          "something else than its migrations. Tables, columns, types, defaults, keys, constraints and indexes are "
          "looked at; views, triggers and the data are not. Tables that releases left behind (document, chatidtag, "
          "config_old, migratehistory), and what a way down leaves, are named and are no drift.\n\n"
          "A PostgreSQL server makes the schema to compare with itself, in the session's temporary schema, and takes "
          "it "
          "back; the database itself is only read.",
      .arguments = {},
      .options = {database_option()},
      .examples = {{"liftlock db check --database sqlite:////srv/open-webui/data/webui.db",
                    "No drift: the schema is that of revision 0bd252b206fb in the lineage of peewee."}},
      .exit_statuses = {{0, "There is no drift."},
                        {1,
                         "There is drift, which was printed; or the database cannot be read, or its revision is not "
                         "known."},
                        {2, "The command line makes no sense."},
                        {3, "The database is not Open WebUI's, or the user may not make temporary tables there."},
                        {6, "Another Liftlock migrates the database (PostgreSQL)."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
