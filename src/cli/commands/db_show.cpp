#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/graph.hpp"
#include "migration/script/entry.hpp"
#include "migration/script/lookup.hpp"

namespace liftlock::cli {

namespace {

namespace script = migration::script;

/// What is asked for; "current" is what the database holds.
Result<script::End> wanted(const Arguments& arguments) {
  std::string name = arguments.required("REVISION");
  if (name != "current") return script::End::name(std::move(name));
  const database::Url url = TRY(database_of(arguments, Takes::both));
  return script::End::of_database(TRY(revisions_of(url)));
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Graph graph = TRY(Graph::of(context, arguments));
  const script::End name = TRY(wanted(arguments));
  const script::Places places = TRY(script::revisions_named(graph.map(), name));
  if (context.json()) {
    context.answer_json(Json{{"revisions", graph.json(places)}, {"warnings", graph.warnings()}});
    return {};
  }
  for (const std::size_t place : places) context.answer(script::long_entry(graph.map(), place, false) + "\n");
  return {};
}

}  // namespace

const Command& db_show_command() {
  static const Command command{
      .name = "db show",
      .group = "Database",
      .summary = "Show one revision of the chain",
      .description = "Prints what `alembic show` prints: the whole entry of each revision that the name means.",
      .arguments = {{.name = "REVISION",
                     .help = "An id or the start of one, a branch label, head, heads, LABEL@head, or current (which "
                             "needs --database). After --, also -N: so many revisions before the heads."}},
      .options = {scripts_option(), database_option()},
      .examples = {{"liftlock db show 9f0c", "The revision whose id begins so."},
                   {"liftlock db show current --database sqlite:////srv/open-webui/data/webui.db",
                    "The one that the database is at."}},
      .exit_statuses = {{0, "The revision was printed; at the base there is none."},
                        {1, "The scripts or the database cannot be read."},
                        {2, "The command line makes no sense, or there is no such revision."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
