#include "migration/version_table.hpp"

namespace liftlock::migration {

namespace {

Result<bool> has_version_table(database::Connection& connection) {
  const auto count = TRY(
      connection.query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'alembic_version'"));
  return count.value_or(0) > 0;
}

}  // namespace

Result<std::vector<std::string>> read_version_table(database::Connection& connection) {
  std::vector<std::string> revisions;
  if (!TRY(has_version_table(connection))) return revisions;
  database::Statement rows = TRY(connection.prepare("SELECT version_num FROM alembic_version"));
  while (TRY(rows.step())) revisions.push_back(rows.text(0));
  return revisions;
}

Result<bool> ensure_version_table(database::Connection& connection) {
  if (TRY(has_version_table(connection))) return false;
  TRY(
      connection.execute("CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n"
                         "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)"));
  return true;
}

Result<void> write_version_table(database::Connection& connection, const std::vector<std::string>& revisions) {
  TRY(connection.execute("DELETE FROM alembic_version"));
  auto insert = TRY(connection.prepare("INSERT INTO alembic_version (version_num) VALUES (?)"));
  for (const std::string& revision : revisions) TRY(insert.run({database::Value::text(revision)}));
  return {};
}

}  // namespace liftlock::migration
