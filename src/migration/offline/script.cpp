#include "migration/offline/script.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "migration/offline/operations.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/path_runner.hpp"
#include "migration/reversal.hpp"

namespace liftlock::migration::offline {

namespace {

/// The head of 0.9.5, the last release that runs Peewee's migrations where migratehistory lacks them.
constexpr std::string_view last_head_with_peewee = "a0b1c2d3e4f5";

const ScriptDialect& script_for(Dialect dialect) {
  return dialect == Dialect::sqlite ? sqlite_script() : postgresql_script();
}

std::span<const Revision* const> chain() { return openwebui::alembic_revisions(); }

Result<std::size_t> position(std::string_view revision) {
  if (revision.empty()) return 0;
  const auto found = std::ranges::find(chain(), revision, [](const auto* step) { return step->id; });
  if (found != chain().end()) return static_cast<std::size_t>(found - chain().begin()) + 1;
  return refusal("revision-unknown", "Writing the migration as SQL", fmt::format("there is no revision {}", revision));
}

/// What a database of this lineage looks like at a place of the chain, as the script's own words have it.
database::Schema schema_by_script(const ScriptDialect& script, Lineage lineage, std::size_t place) {
  OfflineOperations operations(script, {});
  const auto run = [&](std::span<const Revision* const> revisions) {
    for (const Revision* revision : revisions) {
      operations.enter(revision->id);
      revision->upgrade(operations);
      operations.leave();
    }
  };
  if (lineage == Lineage::peewee) run(openwebui::peewee_migrations());
  run(chain().first(place));
  return operations.schema();
}

Result<database::Schema> start_schema(const ScriptRequest& request, std::size_t place) {
  if (request.lineage == Lineage::none) return database::Schema{};
  if (request.dialect == Dialect::postgresql) return schema_by_script(postgresql_script(), request.lineage, place);
  database::Schema schema =
      request.tables ? *request.tables : TRY(expected_schema(request.lineage, {18, request.from}));
  schema.tables.erase("alembic_version");
  schema.tables.erase("migratehistory");
  return schema;
}

std::string name_of_place(std::string_view revision) { return revision.empty() ? "base" : std::string(revision); }

std::string header(const ScriptRequest& request) {
  const bool sqlite = request.dialect == Dialect::sqlite;
  return fmt::format(
      "-- Open WebUI's database from {} to {}, {}{}.\n"
      "-- Written by liftlock. {}\n"
      "-- It is one transaction: where it stops, nothing has changed. Stop Open WebUI and make a backup first.\n",
      name_of_place(request.from), name_of_place(request.to),
      sqlite ? "SQLite 3.38 or newer" : "PostgreSQL 13 or newer",
      request.lineage == Lineage::none ? ", into an empty database"
                                       : fmt::format(", lineage {}", name_of(request.lineage)),
      sqlite ? "Apply it with: sqlite3 webui.db < script.sql" : "Apply it with: psql --file=script.sql URL");
}

constexpr std::string_view create_version_table =
    "CREATE TABLE IF NOT EXISTS alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT "
    "alembic_version_pkc PRIMARY KEY (version_num)\n);\n";

/// The statement with which Alembic writes one step down in the version table.
std::string version_step(std::string_view from, std::string_view to) {
  if (from.empty()) return fmt::format("INSERT INTO alembic_version (version_num) VALUES ({});\n", literal(to));
  if (to.empty())
    return fmt::format("DELETE FROM alembic_version WHERE alembic_version.version_num = {};\n", literal(from));
  return fmt::format("UPDATE alembic_version SET version_num={} WHERE alembic_version.version_num = {};\n", literal(to),
                     literal(from));
}

std::string check_start(const ScriptDialect& script, const ScriptRequest& request, const database::Schema& start) {
  std::string sql;
  if (request.from.empty()) {
    sql += create_version_table;
    sql += script.stop_if({"SELECT 1 FROM alembic_version", "the database is at a revision already"});
  } else {
    sql +=
        script.stop_if({fmt::format("SELECT 1 FROM (SELECT count(*) AS n, max(version_num) AS v FROM alembic_version) "
                                    "AS versions WHERE n <> 1 OR v <> {}",
                                    literal(request.from)),
                        fmt::format("the database is not at {}", request.from)});
  }
  if (request.lineage != Lineage::none) sql += script.stop_unless(start, name_of_place(request.from));
  return sql;
}

void go_up(OfflineOperations& operations, std::span<const Revision* const> revisions) {
  for (const Revision* revision : revisions) {
    operations.add(
        fmt::format("\n-- Running upgrade {} -> {}, {}\n", revision->down_revision, revision->id, revision->message));
    operations.enter(revision->id);
    revision->upgrade(operations);
    operations.leave();
    operations.add("\n" + version_step(revision->down_revision, revision->id));
  }
}

/// A comment for each table and column whose content goes with the way back.
std::string losses_of(const Revision& revision) {
  std::string comments;
  for (const Effect& effect : reversal_of(revision).effects) {
    const bool goes = effect.kind == Effect::Kind::drops_table || effect.kind == Effect::Kind::drops_column ||
                      effect.kind == Effect::Kind::removes_rows;
    if (!goes || effect.condition == "0" || effect.column == "0") continue;
    const bool is_column = effect.kind == Effect::Kind::drops_column;
    comments += fmt::format("-- leaves behind of {}{}: {}\n", effect.table,
                            is_column ? fmt::format(".{}", effect.column) : std::string(), effect.why);
  }
  return comments;
}

void go_down(OfflineOperations& operations, std::span<const Revision* const> revisions) {
  for (auto at = revisions.rbegin(); at != revisions.rend(); ++at) {
    const Revision* revision = *at;
    operations.add(
        fmt::format("\n-- Running downgrade {} -> {}, {}\n", revision->id, revision->down_revision, revision->message));
    operations.add(losses_of(*revision));
    operations.enter(revision->id);
    revision->downgrade(operations);
    operations.leave();
    operations.add("\n" + version_step(revision->id, revision->down_revision));
  }
}

/// Releases up to 0.9.5 run the Peewee migrations that they do not find recorded, over tables that are there.
std::string record_peewee(Dialect dialect) {
  const bool sqlite = dialect == Dialect::sqlite;
  std::string sql = fmt::format(
      "\n-- Open WebUI up to 0.9.5 would run Peewee's migrations otherwise\n"
      "CREATE TABLE IF NOT EXISTS migratehistory (\n\tid {} NOT NULL, \n\tname VARCHAR(255) NOT NULL, \n\tmigrated_at "
      "{} "
      "NOT NULL, \n\tPRIMARY KEY (id)\n);\n",
      sqlite ? "INTEGER" : "SERIAL", sqlite ? "DATETIME" : "TIMESTAMP WITHOUT TIME ZONE");
  for (const Revision* migration : openwebui::peewee_migrations()) {
    sql += fmt::format(
        "INSERT INTO migratehistory (name, migrated_at) SELECT {0}, {1} WHERE NOT EXISTS (SELECT 1 FROM migratehistory "
        "WHERE name = {0});\n",
        literal(migration->id),
        sqlite ? "strftime('%Y-%m-%d %H:%M:%S.000000', 'now')" : "date_trunc('second', now() AT TIME ZONE 'UTC')");
  }
  return sql;
}

Error explain(Error error, std::string_view revision) {
  if (!error.id.empty()) return error;
  error.id = "offline-failed";
  error.doing = fmt::format("Writing revision {} as SQL", revision);
  return error;
}

}  // namespace

Result<std::string> write_script(const ScriptRequest& request) {
  const ScriptDialect& script = script_for(request.dialect);
  const std::size_t from = TRY(position(request.from));
  const std::size_t to = TRY(position(request.to));
  const std::size_t last_with_peewee = TRY(position(last_head_with_peewee));
  const database::Schema start = TRY(start_schema(request, from));
  OfflineOperations operations(script, start);
  TRY(run_explained(operations, explain, [&] {
    operations.add(header(request));
    operations.add(script.begin());
    operations.add(check_start(script, request, start));
    if (from < to) go_up(operations, chain().subspan(from, to - from));
    if (to < from) go_down(operations, chain().subspan(to, from - to));
    const bool for_peewee = to < from && to > 0 && to <= last_with_peewee;
    if (for_peewee && request.lineage == Lineage::alembic) operations.add(record_peewee(request.dialect));
    operations.add("\n" + script.end());
  }));
  return operations.take();
}

}  // namespace liftlock::migration::offline
