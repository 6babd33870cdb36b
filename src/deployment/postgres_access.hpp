#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "database/url.hpp"
#include "deployment/database_settings.hpp"

namespace liftlock::deployment {

/// The PostgreSQL database of a deployment, as it is reached from here.
struct PostgresAccess {
  database::Url url;    ///< holds the password: only its `safe` is ever shown
  std::string schema;   ///< DATABASE_SCHEMA; empty: the server's search path decides
  std::string through;  ///< by which way, where the URL's own host does not lead there: "the container db (172.18.0.2)"
};

/// The file in a deployment's state folder that says which server its database was on.
constexpr const char* server_note = "postgresql";

/// What the settings name; nullopt where that is SQLite, or nothing. Errors: those of database::parse_url.
[[nodiscard]] Result<std::optional<PostgresAccess>> postgres_access(const DatabaseSettings& settings);

}  // namespace liftlock::deployment
