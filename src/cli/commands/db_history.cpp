#include <fmt/core.h>

#include <algorithm>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/graph.hpp"
#include "cli/usage.hpp"
#include "migration/script/entry.hpp"
#include "migration/script/lookup.hpp"

namespace liftlock::cli {

namespace {

namespace script = migration::script;

struct Options {
  std::string range;
  bool indicate_current;
};

Options read(const Arguments& arguments) {
  return {.range = arguments.text("--rev-range").value_or(":"),
          .indicate_current = arguments.flag("--indicate-current")};
}

struct Range {
  std::string from, to;
};

std::unexpected<Error> no_range(std::string what) {
  return usage_error("range-invalid", std::move(what), "A range is [FROM]:[TO], for example 9f0c9cd09105:head");
}

Result<Range> parse(std::string_view text) {
  constexpr std::string_view white = " \t\n\r\f\v";
  while (!text.empty() && white.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && white.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return no_range("History range requires [start]:[end], [start]:, or :[end]");
  if (text.find(':', colon + 1) != std::string_view::npos) return no_range("a range has one colon");
  return Range{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

/// One end of the range. As in Alembic, only one of them can be `current`, the later one if both are.
script::End end_of(const std::string& name, bool is_current, const std::vector<std::string>& current,
                   std::string_view otherwise) {
  if (is_current && !current.empty()) return script::End::of_database(current);
  return script::End::name(name.empty() || is_current ? std::string(otherwise) : name);
}

Result<script::Places> places_in(const Range& range, const script::RevisionMap& map,
                                 const std::vector<std::string>& current) {
  const bool to_current = range.to == "current";
  const bool from_current = !to_current && range.from == "current";
  return script::history(map, end_of(range.from, from_current, current, "base"),
                         end_of(range.to, to_current, current, "heads"));
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  const Range range = TRY(parse(options.range));
  const Graph graph = TRY(Graph::of(context, arguments));
  std::vector<std::string> current;
  if (options.indicate_current || range.from == "current" || range.to == "current") {
    const database::Url url = TRY(database_of(arguments, Takes::both));
    current = TRY(revisions_of(url));
  }
  const auto is_current = [&](std::size_t place) {
    return options.indicate_current && std::ranges::find(current, graph.map()[place].script.revision) != current.end();
  };
  const script::Places places = TRY(places_in(range, graph.map(), current));
  if (context.json()) {
    Json entries = graph.json(places);
    for (std::size_t i = 0; options.indicate_current && i < places.size(); ++i) {
      entries[i]["current"] = is_current(places[i]);
    }
    context.answer_json(Json{{"revisions", std::move(entries)}, {"warnings", graph.warnings()}});
    return {};
  }
  std::string text;
  for (const std::size_t place : places) {
    const script::EntryParts parts{.labels = true, .doc = true, .parents = true, .is_current = is_current(place)};
    text += context.globals().verbose ? script::long_entry(graph.map(), place, parts.is_current)
                                      : script::short_entry(graph.map(), place, parts);
    text += "\n";
  }
  context.answer(text);
  return {};
}

}  // namespace

const Command& db_history_command() {
  static const Command command{
      .name = "db history",
      .group = "Database",
      .summary = "List the revisions of the chain, newest first",
      .description =
          "Prints what `alembic history` prints. A range is [FROM]:[TO], both ends included; either may be an id, the "
          "start of one, a branch label, LABEL@head, LABEL@base, head, heads, base, or current (which needs "
          "--database). "
          "FROM may be -N: so many revisions before the heads; TO may be +N, so many after FROM, or an id or label "
          "with "
          "+N or -N behind it.",
      .arguments = {},
      .options = {{"--rev-range", "-r", "RANGE", "Only these revisions."},
                  {"--indicate-current", "-i", "", "Mark the revisions that the database is at."},
                  scripts_option(),
                  database_option()},
      .examples = {{"liftlock db history --rev-range 9f0c9cd09105:head", "From the notes of 0.6.x to today."},
                   {"liftlock db history --scripts /usr/lib/python3/site-packages/open_webui",
                    "The chain of an installed package."},
                   {"liftlock db history -i --database sqlite:////srv/open-webui/data/webui.db",
                    "All, with (current) at the one that the database is at."}},
      .exit_statuses = {{0, "The revisions were printed."},
                        {1, "The scripts or the database cannot be read."},
                        {2, "The command line makes no sense, or a revision is not known."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
