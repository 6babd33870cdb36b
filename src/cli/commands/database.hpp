#pragma once

#include <optional>
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

/// The URL that --database names, as it was typed; else that of Open WebUI's settings in the environment (see
/// deployment/database_settings.hpp); nothing where there is neither.
[[nodiscard]] std::optional<std::string> named_url(const Arguments& arguments);

/// The database of named_url(). Errors: "database-missing" (usage), "database-not-yet"
/// (usage: PostgreSQL, where the command takes SQLite only).
[[nodiscard]] Result<database::Url> named_database(const Arguments& arguments, Takes takes = Takes::sqlite);

/// The same, and a file must be there; error: "database-absent".
[[nodiscard]] Result<database::Url> database_of(const Arguments& arguments, Takes takes = Takes::sqlite);

/// How a message names the database: the file, or the URL without its password.
[[nodiscard]] std::string name_of(const database::Url& url);

/// The schema of a PostgreSQL database that $DATABASE_SCHEMA names, as Open WebUI reads it; empty: the search path's.
[[nodiscard]] std::string schema_of_environment();

/// What the version table of a database holds.
[[nodiscard]] Result<std::vector<std::string>> revisions_of(const database::Url& url);

/// The one revision of them, empty where there is none; more than one is an error, "several-revisions".
[[nodiscard]] Result<std::string> revision_of(const database::Url& url);

}  // namespace liftlock::cli
