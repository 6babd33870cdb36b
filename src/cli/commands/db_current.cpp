#include <fmt/core.h>

#include <set>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/graph.hpp"
#include "migration/script/entry.hpp"
#include "migration/script/lookup.hpp"

namespace liftlock::cli {

namespace {

namespace script = migration::script;

struct Options {
  bool check_heads;
  bool has_scripts;
};

Options read(const Arguments& arguments) {
  return {.check_heads = arguments.flag("--check-heads"), .has_scripts = arguments.text("--scripts").has_value()};
}

Result<void> check_heads(const script::RevisionMap& map, const std::vector<std::string>& current,
                         const database::Url& url) {
  std::set<std::string> heads;
  for (const std::size_t head : map.heads()) heads.insert(map[head].script.revision);
  if (std::set(current.begin(), current.end()) == heads) return {};
  return failure("not-at-head", fmt::format("Checking {}", name_of(url)), "Database is not on all head revisions",
                 fmt::format("liftlock db upgrade head --database {}",
                             url.dialect == "sqlite" ? database::sqlite_url(url.file) : url.safe));
}

/// The revisions that the database is at. Error: "revision-unknown", one that is not in the chain.
Result<script::Places> places_of(const script::RevisionMap& map, const std::vector<std::string>& current,
                                 const database::Url& url, bool has_scripts) {
  Result<script::Places> places = script::all_current(map, current);
  if (places) return places;
  return failure(
      places.error().id, fmt::format("Reading the version of {}", name_of(url)), places.error().what,
      has_scripts ? "The database was written by other scripts than those that --scripts names."
                  : "The database was written by a release that this Liftlock does not know; see: liftlock versions");
}

std::string text_of(const script::RevisionMap& map, const script::Places& places, const database::Url& url,
                    bool verbose) {
  std::string text = verbose ? fmt::format("Current revision(s) for {}:\n", url.safe) : "";
  for (const std::size_t place : places) {
    text += (verbose ? script::long_entry(map, place, false) : script::short_entry(map, place, {})) + "\n";
  }
  return text;
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  const database::Url url = TRY(database_of(arguments, Takes::both));
  const Graph graph = TRY(Graph::of(context, arguments));
  const std::vector<std::string> current = TRY(revisions_of(url));
  if (options.check_heads) TRY(check_heads(graph.map(), current, url));
  const script::Places places = TRY(places_of(graph.map(), current, url, options.has_scripts));
  if (context.json()) {
    context.answer_json(Json{{"database", url.safe},
                             {"current", places.empty() ? Json() : graph.json(places.front())},
                             {"revisions", graph.json(places)},
                             {"warnings", graph.warnings()}});
    return {};
  }
  context.answer(text_of(graph.map(), places, url, context.globals().verbose));
  if (places.empty()) context.say("The database is at the base: no Alembic revision has run on it.\n");
  return {};
}

}  // namespace

const Command& db_current_command() {
  static const Command command{
      .name = "db current",
      .group = "Database",
      .summary = "Show the revision that a database is at",
      .description =
          "Prints what `alembic current` prints, without Python: the revision, and (head) where no other one revises "
          "it. A database at the base prints nothing. With --verbose, the whole entry. With --scripts the database may "
          "be any that Alembic manages, at several revisions too.",
      .arguments = {},
      .options = {database_option(),
                  scripts_option(),
                  {"--check-heads", "", "", "Fail unless the database is at all heads."}},
      .examples = {{"liftlock db current --database sqlite:////srv/open-webui/data/webui.db", "0bd252b206fb (head)"}},
      .exit_statuses = {{0, "The revision was printed."},
                        {1,
                         "The database or the scripts cannot be read, its revision is not known, or it is not at the "
                         "head (--check-heads)."},
                        {2, "The command line makes no sense."},
                        {6, "Another Liftlock migrates the database (PostgreSQL)."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
