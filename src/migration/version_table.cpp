#include "migration/version_table.hpp"

namespace liftlock::migration {

Result<std::vector<std::string>> read_version_table(database::Connection& connection) {
  std::vector<std::string> revisions;
  const auto there = TRY(
      connection.query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'alembic_version'"));
  if (there.value_or(0) == 0) return revisions;
  database::Statement rows = TRY(connection.prepare("SELECT version_num FROM alembic_version"));
  while (TRY(rows.step())) revisions.push_back(rows.text(0));
  return revisions;
}

}  // namespace liftlock::migration
