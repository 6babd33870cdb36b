#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/graph.hpp"
#include "migration/script/entry.hpp"
#include "migration/script/lookup.hpp"

namespace liftlock::cli {

namespace {

namespace script = migration::script;

std::string text_of(const script::RevisionMap& map, std::size_t place, bool verbose) {
  const std::string entry =
      verbose ? script::long_entry(map, place, false) : script::short_entry(map, place, {.labels = true});
  std::string text = entry + "\n";
  for (const std::size_t child : map[place].next) {
    text += fmt::format("{:{}} -> {}\n", "", script::length_of(map[place].script.revision),
                        script::short_entry(map, child, {.labels = true, .doc = verbose}));
  }
  return text + "\n";
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Graph graph = TRY(Graph::of(context, arguments));
  const script::RevisionMap& map = graph.map();
  script::Places places = TRY(script::history(map, script::End::name("base"), script::End::name("heads")));
  std::erase_if(places, [&](std::size_t place) { return !map[place].is_branch_point(); });
  if (context.json()) {
    context.answer_json(Json{{"branches", graph.json(places)}, {"warnings", graph.warnings()}});
    return {};
  }
  for (const std::size_t place : places) context.answer(text_of(map, place, context.globals().verbose));
  return {};
}

}  // namespace

const Command& db_branches_command() {
  static const Command command{
      .name = "db branches",
      .group = "Database",
      .summary = "Show where the chain branches",
      .description =
          "Prints what `alembic branches` prints: each revision that more than one other revises, and those. "
          "Open WebUI's chain has no branches, so without --scripts nothing is printed.",
      .arguments = {},
      .options = {scripts_option(), database_option()},
      .examples = {{"liftlock db branches --scripts migrations/", "The branch points of another chain."}},
      .exit_statuses = {{0, "The branch points were printed; there may be none."},
                        {1, "The scripts cannot be read, or are no graph: a cycle, a parent that is missing."},
                        {2, "The command line makes no sense."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
