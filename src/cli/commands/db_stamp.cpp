#include <fmt/core.h>
#include <fmt/ranges.h>

#include "change/stamp.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/foreign_chain.hpp"
#include "cli/commands/graph.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

std::string names(const std::vector<std::string>& revisions) {
  return revisions.empty() ? "the base" : fmt::format("{}", fmt::join(revisions, ", "));
}

std::string text_of(const change::Stamped& stamped) {
  if (stamped.before == stamped.after) return fmt::format("{} is recorded already.\n", names(stamped.after));
  std::string text =
      fmt::format("Recorded {} instead of {}; no migration was run.\n", names(stamped.after), names(stamped.before));
  if (!stamped.not_run.empty()) {
    text += fmt::format("  · between them, what {} does to the data was neither done nor undone\n",
                        fmt::join(stamped.not_run, ", "));
  }
  return text;
}

Json to_json(const change::Stamped& stamped) {
  return {{"before", stamped.before},
          {"after", stamped.after},
          {"table_made", stamped.table_made},
          {"not_run", stamped.not_run}};
}

/// It records what it is told to.
Result<void> stamp_by_alembic(Context& context, const Arguments& arguments, const Graph& graph) {
  if (!arguments.flag("--unchecked")) {
    return usage_error("unchecked-missing",
                       "a chain's own Alembic does not look at the schema before it records a revision",
                       "To have it recorded all the same: --unchecked");
  }
  return run_alembic(context, arguments, graph, "stamp", arguments.words("REVISION"));
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Graph graph = TRY(Graph::of(context, arguments));
  if (arguments.text("--python")) return stamp_by_alembic(context, arguments, graph);
  const database::Url url = TRY(database_of(arguments, Takes::both));
  const change::StampRequest request{.database = url,
                                     .schema = schema_of_environment(),
                                     .map = &graph.map(),
                                     .targets = arguments.words("REVISION"),
                                     .purge = arguments.flag("--purge"),
                                     .unchecked = arguments.flag("--unchecked"),
                                     .is_open_webui = !arguments.text("--scripts")};
  const change::Stamped stamped = TRY(change::stamp_database(request));
  if (context.json())
    context.answer_json(to_json(stamped));
  else
    context.answer(text_of(stamped));
  return {};
}

}  // namespace

const Command& db_stamp_command() {
  static const Command command{
      .name = "db stamp",
      .group = "Database",
      .summary = "Record a revision in a database without running it",
      .description =
          "Writes what `alembic stamp` writes into the version table, in one transaction, and runs no migration. First "
          "it compares the schema with the one that the revision has: a database that does not have it is left as it "
          "is, to the byte, and what it looks like instead is said. A user's own tables do not count. What revisions "
          "do to the data leaves no trace in the schema: that they have not run is said, too.\n\n"
          "On PostgreSQL, nobody else may use the database meanwhile, and the schema to compare with is made by the "
          "server "
          "itself, in the session's temporary schema. A chain that is not Open WebUI's can be stamped by Liftlock or, "
          "with "
          "--python, by its own Alembic; neither knows its schemas, so that --unchecked must be said.",
      .arguments = {{.name = "REVISION",
                     .help = "An id or the start of one, a branch label, head, heads, base; several for several "
                             "branches.",
                     .repeated = true}},
      .options = {database_option(),
                  {"--purge", "", "", "Forget first what the version table holds, also a revision that is not known."},
                  {"--unchecked", "", "", "Do not look at the schema: record what is asked for."},
                  scripts_option(),
                  python_option(),
                  {"--no-keep", "", "", "With --python: do not keep the file as it was."}},
      .examples = {{"liftlock db stamp 9f0c --database sqlite:////srv/open-webui/data/webui.db",
                    "The version table was lost; the schema is that of 9f0c9cd09105."},
                   {"liftlock db stamp --purge head --database sqlite:///copy.db",
                    "The version table names a revision that no release has."}},
      .exit_statuses = {{0, "Recorded, or recorded already."},
                        {1, "Failed, or the version table holds a revision that is not known; nothing was changed."},
                        {2, "The command line makes no sense, or there is no such revision."},
                        {3,
                         "The schema is not that of the revision, the database is in use, or it is not Open WebUI's; "
                         "nothing was changed."},
                        {5, "The connection broke during COMMIT: it was recorded, or was not (PostgreSQL)."},
                        {6, "Another change holds the lock, or another Liftlock migrates the database."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
