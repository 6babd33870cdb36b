#pragma once

#include <string>

#include "base/error.hpp"
#include "change/stamp.hpp"
#include "database/url.hpp"

namespace liftlock::change {

/// What stamp_database() and ensure_version() do on PostgreSQL.
[[nodiscard]] Result<Stamped> stamp_postgres(const StampRequest& request);
[[nodiscard]] Result<bool> ensure_postgres_version(const database::Url& database, const std::string& schema);

}  // namespace liftlock::change
