#include "migration/version_tables.hpp"

#include <ctime>
#include <set>
#include <string>

#include "migration/openwebui/chain.hpp"

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
    operations.create_table("alembic_version", {column("version_num", "VARCHAR(32)").not_null()},
                            {primary_key({"version_num"}, "alembic_version_pkc")});
  }
  operations.execute({"alembic_version"}, "DELETE FROM alembic_version");
  if (revision.empty()) return;
  operations.execute({"alembic_version"}, "INSERT INTO alembic_version (version_num) VALUES (?)",
                     {Value::text(revision)});
}

}  // namespace liftlock::migration
