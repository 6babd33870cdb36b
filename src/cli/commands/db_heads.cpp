#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/graph.hpp"
#include "migration/script/entry.hpp"

namespace liftlock::cli {

namespace {

namespace script = migration::script;

Result<void> run(Context& context, const Arguments& arguments) {
  const Graph graph = TRY(Graph::of(context, arguments));
  const script::RevisionMap& map = graph.map();
  const std::vector<std::size_t>& heads = arguments.flag("--resolve-dependencies") ? map.real_heads() : map.heads();
  if (context.json()) {
    context.answer_json(Json{{"heads", graph.json(heads)}, {"warnings", graph.warnings()}});
    return {};
  }
  for (const std::size_t head : heads) {
    const std::string entry = context.globals().verbose
                                  ? script::long_entry(map, head, false)
                                  : script::short_entry(map, head, {.labels = true, .tree = false});
    context.answer(entry + "\n");
  }
  return {};
}

}  // namespace

const Command& db_heads_command() {
  static const Command command{
      .name = "db heads",
      .group = "Database",
      .summary = "Show the newest revisions of the chain",
      .description =
          "Prints what `alembic heads` prints: each revision that no other one revises. No database is "
          "needed; --database is taken and not looked at.",
      .arguments = {},
      .options = {scripts_option(),
                  {"--resolve-dependencies", "", "", "Leave out heads that another revision depends on."},
                  database_option()},
      .examples = {{"liftlock db heads", "0bd252b206fb (head)"},
                   {"liftlock db heads --scripts open_webui-0.12.4-py3-none-any.whl", "Those of a wheel's scripts."}},
      .exit_statuses = {{0, "The heads were printed."},
                        {1, "The scripts cannot be read, or are no graph: a cycle, a parent that is missing."},
                        {2, "The command line makes no sense."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
