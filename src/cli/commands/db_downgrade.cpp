#include <fmt/core.h>

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

change::Consent consent_of(Session& session, const Arguments& arguments, const database::Url& url) {
  return [&session, &arguments, &url](const std::vector<migration::DownwardLoss>& losses) -> Result<void> {
    if (arguments.flag("--accept-loss")) return {};
    const std::string revision = arguments.required("REVISION");
    const std::vector<std::string> lines = lines_of(losses);
    const change::Question question{"down-losing", fmt::format("Go down to {} and leave this behind?", revision), lines,
                                    true, true};
    if (session.story().confirm(question)) return {};
    std::string list;
    for (const std::string& line : lines) list += "\n    " + line;
    return refusal(
        "would-lose-data", fmt::format("Downgrading to {}", revision),
        "The database holds data that it cannot hold at that revision:" + list,
        url.dialect == "sqlite"
            ? "To leave it behind, say --accept-loss. The file as it was stays beside the database."
            : "To leave it behind, say --accept-loss. Make a backup first (pg_dump): nothing else keeps it.");
  };
}

Result<change::DatabaseUpgrade> downgrade(const database::Url& url, const std::string& target,
                                          const change::Consent& consent, Session& session, Progress& progress) {
  if (url.dialect == "sqlite")
    return change::downgrade_database(url.file, target, consent, session.clock(), session.ids(), progress);
  return change::downgrade_postgres(url, schema_of_environment(), target, consent, TRY(quarantine_folder()),
                                    session.clock(), session.ids(), progress);
}

Result<void> run(Context& context, const Arguments& arguments) {
  const std::string revision = arguments.required("REVISION");
  const Graph graph = TRY(Graph::of(context, arguments));
  if (arguments.flag("--sql")) return answer_with_sql(context, arguments, graph, Way::down);
  const database::Url url = TRY(database_of(arguments, Takes::both));
  if (goes_through_alembic(graph, arguments)) return run_alembic(context, arguments, graph, "downgrade", {revision});
  const std::string current = TRY(revision_of(url));
  const std::string target = TRY(target_of(Way::down, graph.map(), revision, current));
  Session session(context);
  return present(context, arguments, Way::down,
                 TRY(downgrade(url, target, consent_of(session, arguments, url), session, context.progress())));
}

}  // namespace

const Command& db_downgrade_command() {
  static const Command command{
      .name = "db downgrade",
      .group = "Database",
      .summary = "Migrate a database to an earlier revision",
      .description =
          "Does to the database what `alembic downgrade` does, without Python. What the earlier revision cannot hold "
          "is "
          "counted first, and left behind only with --accept-loss or a yes to that question (--yes is not enough). A "
          "SQLite file is migrated beside itself, verified row by row, then swapped in; the file as it was stays "
          "beside it as FILE.before-TIME. A PostgreSQL database is migrated and verified row by row in one "
          "transaction, in the schema that DATABASE_SCHEMA names or else the search path's first; there is no way "
          "back from it but a backup of yours. For a deployment, use `liftlock change`.\n\nWith --scripts, names of "
          "revisions are those "
          "of "
          "that chain. One that is not Open WebUI's goes through its own Alembic, if a Python is named that has it "
          "(--python), on a copy that is then swapped in; what that loses is not counted.\n\n"
          "With --sql, the way back from A to B is written as a script instead, as for `liftlock db upgrade`. A script "
          "asks nothing: what the earlier revision cannot hold, it leaves behind, and says so in its comments.",
      .arguments = {{.name = "REVISION",
                     .help = "An id, the start of one, base, NAME-N, or -N: so many revisions back. With --sql: A:B."}},
      .options = {database_option(),
                  {"--accept-loss", "", "", "Leave behind what the earlier revision cannot hold."},
                  no_keep_option(),
                  scripts_option(),
                  python_option(),
                  sql_option(),
                  dialect_option(),
                  lineage_option()},
      .examples = {{"liftlock db downgrade b2c3d4e5f6a7 --database sqlite:////srv/open-webui/data/webui.db",
                    "To what releases 0.8.1 to 0.8.12 have; counts what that loses."},
                   {"liftlock db downgrade b2c3d4e5f6a7 --database postgresql://webui@db.example:5432/webui",
                    "The password comes from ~/.pgpass or PGPASSWORD; or the whole URL from DATABASE_URL."},
                   {"liftlock db downgrade -1 --accept-loss --database sqlite:///copy.db",
                    "One revision back; three slashes: a relative path."},
                   {"liftlock db downgrade head:b2c3d4e5f6a7 --sql --lineage peewee --dialect postgresql",
                    "As SQL for psql, for a database born up to release 0.9.5."}},
      .exit_statuses =
          {{0, "Downgraded, or already there."},
           {1, "Failed; nothing was changed."},
           {2, "The command line makes no sense, or there is no such revision."},
           {3,
            "Data would be lost, or the database is in use, at an earlier revision, or not Open WebUI's; nothing "
            "was changed."},
           {5, "The connection broke during COMMIT: the database is as it was, or fully migrated."},
           {6, "Another change holds the lock."},
           {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli
