#include "migration/version_tables.hpp"

#include <ctime>
#include <set>
#include <string>

#include "database/postgres_schema.hpp"
#include "database/sqlite_schema.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/table_changes.hpp"

namespace liftlock::migration {

namespace {

/// "2026-11-21 09:45:37.000000", UTC: the form in which Peewee writes a DATETIME.
std::string peewee_timestamp(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S.000000", &parts);
  return {text, length};
}

std::vector<ColumnDefinition> alembic_columns() { return {column("version_num", "VARCHAR(32)").not_null()}; }
std::vector<Constraint> alembic_constraints() { return {primary_key({"version_num"}, "alembic_version_pkc")}; }

database::Table alembic_version() {
  return definition::make("alembic_version", alembic_columns(), alembic_constraints());
}

Result<bool> has_version_table(database::Connection& connection) {
  const auto count = TRY(
      connection.query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'alembic_version'"));
  return count.value_or(0) > 0;
}

}  // namespace

void record_peewee_migration(Operations& operations, const Revision& migration) {
  if (!operations.has_table("migratehistory")) {
    operations.create_table("migratehistory",
                            {column("id", types::integer).primary_key(), column("name", types::string_255).not_null(),
                             column("migrated_at", types::date_time).not_null()});
  }
  const std::string now = peewee_timestamp(operations.environment().now());
  operations.execute({"migratehistory"}, "INSERT INTO migratehistory (name, migrated_at) VALUES (?, ?)",
                     {Value::text(migration.id), Value::text(now)});
}

void record_missing_peewee(Operations& operations) {
  std::set<std::string, std::less<>> recorded;
  if (operations.has_table("migratehistory")) {
    operations.read({"migratehistory"}, "SELECT name FROM migratehistory",
                    [&](const ResultRow& row) { recorded.insert(row.text(0)); });
  }
  for (const Revision* migration : openwebui::peewee_migrations()) {
    if (!recorded.contains(migration->id)) record_peewee_migration(operations, *migration);
  }
}

void record_alembic_revision(Operations& operations, std::string_view revision) {
  if (!operations.has_table("alembic_version")) {
    operations.create_table("alembic_version", alembic_columns(), alembic_constraints());
  }
  operations.execute({"alembic_version"}, "DELETE FROM alembic_version");
  if (revision.empty()) return;
  operations.execute({"alembic_version"}, "INSERT INTO alembic_version (version_num) VALUES (?)",
                     {Value::text(revision)});
}

Result<std::vector<std::string>> read_version_table(database::Connection& connection) {
  std::vector<std::string> revisions;
  if (!TRY(has_version_table(connection))) return revisions;
  database::Statement rows = TRY(connection.prepare("SELECT version_num FROM alembic_version"));
  while (TRY(rows.step())) revisions.push_back(rows.text(0));
  return revisions;
}

Result<bool> ensure_version_table(database::Connection& connection) {
  if (TRY(has_version_table(connection))) return false;
  TRY(connection.execute(database::render_create_table(alembic_version(), "alembic_version")));
  return true;
}

Result<void> write_version_table(database::Connection& connection, const std::vector<std::string>& revisions) {
  TRY(connection.execute("DELETE FROM alembic_version"));
  auto insert = TRY(connection.prepare("INSERT INTO alembic_version (version_num) VALUES (?)"));
  for (const std::string& revision : revisions) TRY(insert.run({database::Value::text(revision)}));
  return {};
}

Result<bool> ensure_version_table(database::postgres::Connection& connection) {
  if (TRY(database::postgres::read_table(connection, "alembic_version"))) return false;
  TRY(connection.execute(database::postgres::render_create_table(alembic_version())));
  return true;
}

Result<void> write_version_table(database::postgres::Connection& connection,
                                 const std::vector<std::string>& revisions) {
  TRY(connection.execute("DELETE FROM alembic_version"));
  for (const std::string& revision : revisions) {
    TRY(connection.query("INSERT INTO alembic_version (version_num) VALUES ($1)", {database::Value::text(revision)}));
  }
  return {};
}

}  // namespace liftlock::migration
