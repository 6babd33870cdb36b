#include "change/postgres_status.hpp"

#include <fmt/core.h>

#include "database/postgres.hpp"
#include "migration/postgres/migrate.hpp"

namespace liftlock::change {

namespace pg = database::postgres;

Result<PostgresStatus> status(const deployment::PostgresAccess& access) {
  pg::Connection connection = TRY(pg::Connection::open(access.url, access.schema));
  PostgresStatus status;
  status.url = access.url.safe;
  status.through = access.through;
  const pg::Answer facts = TRY(connection.query(
      "SELECT split_part(current_setting('server_version'), ' ', 1), current_database(), current_schema(), "
      "pg_database_size(current_database())"));
  status.server = facts.text(0, 0);
  status.name = facts.text(0, 1);
  status.schema = facts.text(0, 2);
  status.bytes = facts.value(0, 3).as_integer();
  status.sessions = TRY(migration::postgres::other_sessions(connection));
  status.state = TRY(migration::postgres::inspect_state(connection));
  return status;
}

std::optional<snapshot::PostgresPlace> postgres_place(const deployment::Deployment& deployment) {
  if (!deployment.postgres) return std::nullopt;
  return snapshot::PostgresPlace{.url = deployment.postgres->url, .schema = deployment.postgres->schema};
}

Result<void> refuse_postgres(const deployment::Deployment& deployment, std::string_view doing) {
  if (!deployment.postgres) return {};
  return refusal(
      "database-not-sqlite", std::string(doing),
      fmt::format("Its database is {}. Liftlock saves and restores deployments on PostgreSQL; their version "
                  "it does not change yet.",
                  deployment.postgres->url.safe),
      fmt::format("To look at it, and to save it before you change it yourself:\n    liftlock status {0}\n    "
                  "liftlock backup {0}",
                  deployment.address));
}

Result<void> refuse_sessions(const deployment::PostgresAccess& access) {
  pg::Connection connection = TRY(pg::Connection::open(access.url, access.schema));
  return migration::postgres::refuse_other_sessions(connection, "Taking the database out of use");
}

}  // namespace liftlock::change
