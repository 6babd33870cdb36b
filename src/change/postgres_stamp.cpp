#include "change/postgres_stamp.hpp"

#include <algorithm>

#include "change/postgres_commit.hpp"
#include "change/stamp_check.hpp"
#include "database/postgres_schema.hpp"
#include "migration/postgres/chain_schemas.hpp"
#include "migration/postgres/migrate.hpp"
#include "migration/version_tables.hpp"

namespace liftlock::change {

namespace pg = database::postgres;

namespace {

Result<void> commit(pg::Connection& connection) {
  return commit_postgres(connection, "Committing the version table",
                         "The version table is either as it was or as it was to become; nothing else was touched.");
}

Result<std::vector<std::string>> sorted_rows(pg::Connection& connection) {
  std::vector<std::string> rows = TRY(migration::postgres::read_version_table(connection));
  std::ranges::sort(rows);
  return rows;
}

Result<bool> has_version_table(pg::Connection& connection) {
  return TRY(pg::read_table(connection, "alembic_version")).has_value();
}

}  // namespace

Result<Stamped> stamp_postgres(const StampRequest& request) {
  pg::Connection connection = TRY(pg::Connection::open(request.database, request.schema));
  TRY(migration::postgres::begin_alone(connection));
  const StampSubject subject{TRY(pg::read_schema(connection)), TRY(migration::postgres::inspect_state(connection))};
  Stamped stamped;
  stamped.before = TRY(sorted_rows(connection));
  stamped.after = TRY(rows_after(request, stamped.before));
  migration::postgres::PostgresChain chain(connection);
  TRY(check_stamp(request, subject, stamped.after, chain));
  stamped.not_run = revisions_not_run(request, stamped);
  if (stamped.before == stamped.after && TRY(has_version_table(connection))) return stamped;
  stamped.table_made = TRY(migration::ensure_version_table(connection));
  TRY(migration::write_version_table(connection, stamped.after));
  TRY(commit(connection));
  return stamped;
}

Result<bool> ensure_postgres_version(const database::Url& database, const std::string& schema) {
  pg::Connection connection = TRY(pg::Connection::open(database, schema));
  TRY(migration::postgres::begin_alone(connection));
  if (TRY(has_version_table(connection))) return false;
  const bool made = TRY(migration::ensure_version_table(connection));
  TRY(commit(connection));
  return made;
}

}  // namespace liftlock::change
