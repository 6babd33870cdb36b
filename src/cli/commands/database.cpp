#include "cli/commands/database.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "cli/usage.hpp"
#include "database/postgres.hpp"
#include "deployment/database_settings.hpp"
#include "migration/postgres/migrate.hpp"
#include "migration/version_tables.hpp"

namespace liftlock::cli {

namespace {

std::unexpected<Error> none_named() {
  const std::vector<std::string> missing = deployment::own_database_settings().missing;
  return usage_error(
      "database-missing",
      missing.empty()
          ? "no database is named"
          : fmt::format("no database is named: Open WebUI heeds DATABASE_TYPE, DATABASE_USER, DATABASE_HOST, "
                        "DATABASE_PORT and DATABASE_NAME only together, and there is no {}",
                        fmt::join(missing, ", no ")),
      "Name it with --database sqlite:////absolute/path/webui.db, or in DATABASE_URL.");
}

}  // namespace

Option database_option() {
  return {.name = "--database",
          .short_name = "",
          .value = "URL",
          .help =
              "SQLAlchemy's URL of the database, such as sqlite:////srv/open-webui/data/webui.db or "
              "postgresql://user:password@host:5432/name, or the path of a SQLite file. Without it, what Open WebUI "
              "would take from the environment (DATABASE_URL, or DATABASE_TYPE, _USER, _PASSWORD, _HOST, _PORT and "
              "_NAME together), which keeps a password out of the list of processes.",
          .completes = Completes::file};
}

std::optional<std::string> named_url(const Arguments& arguments) {
  if (const auto typed = arguments.text("--database")) return typed;
  std::string url = deployment::own_database_settings().url;
  return url.empty() ? std::nullopt : std::optional(std::move(url));
}

Result<database::Url> named_database(const Arguments& arguments, Takes takes) {
  const std::optional<std::string> text = named_url(arguments);
  if (!text) return none_named();
  database::Url url = TRY(database::parse_url(*text));
  if (url.dialect == "sqlite" || takes == Takes::both) return url;
  return usage_error("database-not-yet",
                     fmt::format("{} is a PostgreSQL database; this command works on SQLite", url.safe),
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

std::string schema_of_environment() { return deployment::own_database_settings().schema; }

Result<std::vector<std::string>> revisions_of(const database::Url& url) {
  if (url.dialect == "postgresql") {
    auto connection = TRY(database::postgres::Connection::open(url, schema_of_environment()));
    TRY(migration::postgres::refuse_while_migrated(connection));
    return migration::postgres::read_version_table(connection);
  }
  database::Connection connection = TRY(database::Connection::open(url.file, database::OpenMode::read_only));
  return migration::read_version_table(connection);
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
