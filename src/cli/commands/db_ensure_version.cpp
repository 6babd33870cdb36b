#include <fmt/core.h>

#include "change/stamp.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const database::Url url = TRY(database_of(arguments, Takes::both));
  const bool made = TRY(change::ensure_version(url, schema_of_environment()));
  if (context.json())
    context.answer_json(Json{{"database", url.safe}, {"table_made", made}});
  else
    context.answer(made ? "Made the table alembic_version; it is empty.\n" : "The table alembic_version is there.\n");
  return {};
}

}  // namespace

const Command& db_ensure_version_command() {
  static const Command command{
      .name = "db ensure-version",
      .group = "Database",
      .summary = "Make the version table of a database where it is missing",
      .description =
          "Does what `alembic ensure_version` does: makes an empty table alembic_version, in one transaction, if there "
          "is none. Which revision the database is at is for `liftlock db stamp` to record.",
      .arguments = {},
      .options = {database_option()},
      .examples = {{"liftlock db ensure-version --database sqlite:////srv/open-webui/data/webui.db",
                    "The table alembic_version is there."}},
      .exit_statuses = {{0, "The table is there, or was made."},
                        {1, "Failed; nothing was changed."},
                        {2, "The command line makes no sense."},
                        {3, "The database is in use; nothing was changed."},
                        {5, "The connection broke during COMMIT: the table was made, or was not (PostgreSQL)."},
                        {6, "Another change holds the lock, or another Liftlock migrates the database."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
