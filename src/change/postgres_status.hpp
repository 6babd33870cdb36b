#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "deployment/deployment.hpp"
#include "deployment/postgres_access.hpp"
#include "migration/state.hpp"
#include "snapshot/snapshot.hpp"

/// Deployments whose database is on a PostgreSQL server.
namespace liftlock::change {

/// What a server says of the database.
struct PostgresStatus {
  std::string server;   ///< its version: "15.14"
  std::string url;      ///< without the password
  std::string through;  ///< PostgresAccess::through
  std::string name;
  std::string schema;                 ///< that the tables are in
  std::int64_t bytes = 0;             ///< of the whole database
  std::vector<std::string> sessions;  ///< who else is connected
  migration::DatabaseState state;
};
/// Errors: those of Connection; "database-schema" where the schema does not exist.
[[nodiscard]] Result<PostgresStatus> status(const deployment::PostgresAccess& access);

/// The same place as snapshots know it; nullopt where the database is a file.
[[nodiscard]] std::optional<snapshot::PostgresPlace> postgres_place(const deployment::Deployment& deployment);

/// Error "database-not-sqlite" (refused): what is not done for such deployments.
[[nodiscard]] Result<void> refuse_postgres(const deployment::Deployment& deployment, std::string_view doing);

/// Error "database-in-use" (refused), which names them, where the program still has sessions.
[[nodiscard]] Result<void> refuse_sessions(const deployment::PostgresAccess& access);

}  // namespace liftlock::change
