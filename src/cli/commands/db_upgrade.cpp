#include "base/file.hpp"
#include "change/database_upgrade.hpp"
#include "change/postgres_upgrade.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/db_migrate.hpp"
#include "cli/commands/db_offline.hpp"
#include "cli/commands/foreign_chain.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

/// Unlike the commands that only look, this one makes a database that is not there, as Alembic does.
Result<std::string> current_of(const database::Url& url) {
  if (url.dialect == "sqlite" && !file::exists(url.file)) return std::string();
  return revision_of(url);
}

Result<change::DatabaseUpgrade> upgrade(const database::Url& url, const std::string& target, Session& session,
                                        Progress& progress) {
  if (url.dialect == "sqlite")
    return change::upgrade_database(url.file, target, session.clock(), session.ids(), progress);
  return change::upgrade_postgres(url, schema_of_environment(), target, TRY(quarantine_folder()), session.clock(),
                                  session.ids(), progress);
}

Result<void> run(Context& context, const Arguments& arguments) {
  const std::string revision = arguments.required("REVISION");
  const Graph graph = TRY(Graph::of(context, arguments));
  if (arguments.flag("--sql")) return answer_with_sql(context, arguments, graph, Way::up);
  if (goes_through_alembic(graph, arguments)) return run_alembic(context, arguments, graph, "upgrade", {revision});
  const database::Url url = TRY(named_database(arguments, Takes::both));
  const std::string current = TRY(current_of(url));
  const std::string target = TRY(target_of(Way::up, graph.map(), revision, current));
  Session session(context);
  return present(context, arguments, Way::up, TRY(upgrade(url, target, session, context.progress())));
}

}  // namespace

const Command& db_upgrade_command() {
  static const Command command{
      .name = "db upgrade",
      .group = "Database",
      .summary = "Migrate a database to a later revision",
      .description =
          "Does to the database what `alembic upgrade` does, without Python. A SQLite file is migrated beside itself, "
          "verified row by row, then swapped in; the file as it was stays beside it as FILE.before-TIME, and a file "
          "that does not exist becomes a new database. A PostgreSQL database is migrated and verified row by row in "
          "one transaction, in the schema that DATABASE_SCHEMA names or else the search path's first; there is no way "
          "back from it but a backup of yours. No snapshot is taken, and uploads are not looked at: for a deployment, "
          "use `liftlock change`.\n\nWith --scripts, names of revisions are those of that chain. One that is not Open "
          "WebUI's "
          "goes through "
          "its own Alembic, if a Python is named that has it (--python): on a copy of the file, checked for damage and "
          "then swapped in, the file as it was kept in the same way.\n\n"
          "With --sql, the migration is written as a script instead: for SQLite or PostgreSQL, from any revision to "
          "any "
          "later one, with the data steps as SQL. Where SQL cannot do exactly what the migration does, the script "
          "stops "
          "and changes nothing, or no script is written.",
      .arguments =
          {{.name = "REVISION",
            .help = "An id, the start of one, head, NAME+N, NAME-N, or +N: so many revisions on. With --sql: A:B."}},
      .options = {database_option(), no_keep_option(), scripts_option(), python_option(), sql_option(),
                  dialect_option(), lineage_option()},
      .examples = {{"liftlock db upgrade head --database sqlite:////srv/open-webui/data/webui.db",
                    "To the newest revision."},
                   {"liftlock db upgrade head --database postgresql://webui@db.example:5432/webui",
                    "The password comes from ~/.pgpass or PGPASSWORD; or the whole URL from DATABASE_URL."},
                   {"liftlock db upgrade +1 --database sqlite:///copy.db",
                    "One revision on; three slashes: a relative path."},
                   {"liftlock db upgrade d31026856c01:head --sql > script.sql",
                    "As SQL for sqlite3, of what release 0.6.18 has."}},
      .exit_statuses =
          {{0, "Upgraded, or already there."},
           {1, "Failed; nothing was changed."},
           {2, "The command line makes no sense, or there is no such revision."},
           {3, "The database is in use, is at a later revision, or is not Open WebUI's; nothing was changed."},
           {5, "The connection broke during COMMIT: the database is as it was, or fully migrated."},
           {6, "Another change holds the lock."},
           {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
