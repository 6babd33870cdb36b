#include "cli/commands/database.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>

#include "cli/commands/graph.hpp"

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
              "SQLAlchemy's URL of the database, such as sqlite:////srv/open-webui/data/webui.db or "
              "postgresql://user:password@host:5432/name, or the path of a SQLite file. Without it, DATABASE_URL of "
              "the environment, which keeps a password out of the list of processes.",
          .completes = Completes::file};
}

Result<database::Url> named_database(const Arguments& arguments, Takes takes) {
  std::optional<std::string> text = arguments.text("--database");
  const char* environment = std::getenv("DATABASE_URL");
  if (!text && environment != nullptr && *environment != '\0') text = environment;
  if (!text) {
    return usage("database-missing", "no database is named",
                 "Name it with --database sqlite:////absolute/path/webui.db, or in DATABASE_URL.");
  }
  database::Url url = TRY(database::parse_url(*text));
  if (url.dialect == "sqlite" || takes == Takes::both) return url;
  return usage("database-not-yet", fmt::format("{} is a PostgreSQL database; this command works on SQLite", url.safe),
               "What works: --database sqlite:////absolute/path/webui.db");
}

Result<database::Url> database_of(const Arguments& arguments, Takes takes) {
  database::Url url = TRY(named_database(arguments, takes));
  std::error_code ignored;
  if (url.dialect == "sqlite" && !std::filesystem::exists(url.file, ignored)) {
    return failure("database-absent", fmt::format("Opening the database {}", url.file.string()),
                   "there is no such file");
  }
  return url;
}

std::string name_of(const database::Url& url) { return url.dialect == "sqlite" ? url.file.string() : url.safe; }

std::string schema_of_environment() {
  const char* schema = std::getenv("DATABASE_SCHEMA");
  return schema == nullptr ? std::string() : std::string(schema);
}

Result<std::string> revision_of(const database::Url& url) {
  const std::vector<std::string> revisions = TRY(revisions_of(url));
  if (revisions.size() > 1) {
    return failure(
        "several-revisions", fmt::format("Reading the version of {}", name_of(url)),
        fmt::format("its version table names {} revisions, but Open WebUI's chain has no branches", revisions.size()));
  }
  return revisions.empty() ? std::string() : revisions.front();
}

}  // namespace liftlock::cli
