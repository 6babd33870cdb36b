#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "database/sqlite.hpp"
#include "database/url.hpp"

/// What the `db` commands share.
namespace liftlock::cli {

/// The table entry of `--database`.
[[nodiscard]] Option database_option();

/// The database that --database names, else $DATABASE_URL. Errors: "database-missing" (usage), "database-not-yet"
/// (usage: PostgreSQL).
[[nodiscard]] Result<database::Url> named_database(const Arguments& arguments);

/// The same, and it must be there; error: "database-absent".
[[nodiscard]] Result<database::Url> database_of(const Arguments& arguments);

/// The revisions in its version table; more than one is an error, "several-revisions".
[[nodiscard]] Result<std::string> revision_of(const database::Url& url);

}  // namespace liftlock::cli
