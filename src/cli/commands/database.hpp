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

/// Which databases a command works on.
enum class Takes { sqlite, both };

/// The database that --database names, else $DATABASE_URL. Errors: "database-missing" (usage), "database-not-yet"
/// (usage: PostgreSQL, where the command takes SQLite only).
[[nodiscard]] Result<database::Url> named_database(const Arguments& arguments, Takes takes = Takes::sqlite);

/// The same, and a file must be there; error: "database-absent".
[[nodiscard]] Result<database::Url> database_of(const Arguments& arguments, Takes takes = Takes::sqlite);

/// How a message names the database: the file, or the URL without its password.
[[nodiscard]] std::string name_of(const database::Url& url);

/// The schema of a PostgreSQL database that $DATABASE_SCHEMA names, as Open WebUI reads it; empty: the search path's.
[[nodiscard]] std::string schema_of_environment();

/// The revisions in its version table; more than one is an error, "several-revisions".
[[nodiscard]] Result<std::string> revision_of(const database::Url& url);

}  // namespace liftlock::cli
