#include "cli/commands/database.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>

#include "migration/version_table.hpp"

namespace liftlock::cli {

namespace {

std::unexpected<Error> usage(std::string id, std::string what, std::string next) {
  return std::unexpected(Error{.kind = ErrorKind::usage,
                               .id = std::move(id),
                               .doing = {},
                               .what = std::move(what),
                               .state = {},
                               .next = std::move(next)});
}

}  // namespace

Option database_option() {
  return {.name = "--database",
          .short_name = "",
          .value = "URL",
          .help =
              "SQLAlchemy's URL of the database, such as sqlite:////srv/open-webui/data/webui.db, or the path of a "
              "SQLite file. Without it, DATABASE_URL of the environment.",
          .completes = Completes::file};
}

Result<database::Url> named_database(const Arguments& arguments) {
  std::optional<std::string> text = arguments.text("--database");
  const char* environment = std::getenv("DATABASE_URL");
  if (!text && environment != nullptr && *environment != '\0') text = environment;
  if (!text) {
    return usage("database-missing", "no database is named",
                 "Name it with --database sqlite:////absolute/path/webui.db, or in DATABASE_URL.");
  }
  database::Url url = TRY(database::parse_url(*text));
  if (url.dialect != "sqlite") {
    return usage("database-not-yet",
                 fmt::format("{} is a PostgreSQL database; Liftlock works on SQLite so far", url.safe),
                 "What works: --database sqlite:////absolute/path/webui.db");
  }
  return url;
}

Result<database::Url> database_of(const Arguments& arguments) {
  database::Url url = TRY(named_database(arguments));
  std::error_code ignored;
  if (!std::filesystem::exists(url.file, ignored)) {
    return failure("database-absent", fmt::format("Opening the database {}", url.file.string()),
                   "there is no such file");
  }
  return url;
}

Result<std::string> revision_of(const database::Url& url) {
  database::Connection connection = TRY(database::Connection::open(url.file, database::OpenMode::read_only));
  const std::vector<std::string> revisions = TRY(migration::read_version_table(connection));
  if (revisions.size() > 1) {
    return failure(
        "several-revisions", fmt::format("Reading the version of {}", url.file.string()),
        fmt::format("its version table names {} revisions, but Open WebUI's chain has no branches", revisions.size()));
  }
  return revisions.empty() ? std::string() : revisions.front();
}

}  // namespace liftlock::cli
