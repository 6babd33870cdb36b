#include <fmt/core.h>

#include "base/format.hpp"
#include "cli/arguments.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/schema_side.hpp"
#include "cli/context.hpp"
#include "cli/render/differences.hpp"
#include "database/schema_script.hpp"
#include "migration/autogenerate.hpp"
#include "migration/drift.hpp"

namespace liftlock::cli {

namespace {

using migration::Drift;
using migration::Lineage;

constexpr SideNames side_names{.missing = "only in A", .extra = "only in B", .different = "different"};

struct Comparison {
  SchemaSide a, b;
  Lineage lineage = Lineage::alembic;
  SchemaPair schemas;
  Drift drift;
};

Result<Lineage> lineage_of(const Arguments& arguments, const SchemaSide& a, const SchemaSide& b) {
  const std::optional<std::string> wanted = arguments.text("--lineage");
  if (!wanted) return common_lineage(a, b);
  return *wanted == "peewee" ? Lineage::peewee : Lineage::alembic;
}

/// Differences are told from A's side: what B has instead.
Result<Comparison> compare(const Arguments& arguments) {
  Comparison comparison;
  comparison.a = TRY(schema_side(arguments.required("A")));
  comparison.b = TRY(schema_side(arguments.required("B")));
  comparison.lineage = TRY(lineage_of(arguments, comparison.a, comparison.b));
  comparison.schemas = TRY(comparable(comparison.a, comparison.b, comparison.lineage));
  comparison.drift =
      migration::set_known_aside(database::compare_schemas(comparison.schemas.a, comparison.schemas.b),
                                 migration::older_revision(comparison.a.revision(), comparison.b.revision()));
  migration::forget_known(comparison.drift.known, comparison.schemas.a, comparison.schemas.b);
  return comparison;
}

database::SchemaScript script_of(const Comparison& comparison) {
  return database::script_between(comparison.schemas.a, comparison.schemas.b, comparison.schemas.dialect);
}

std::string sql_of(const Comparison& comparison) {
  const database::SchemaScript script = script_of(comparison);
  std::string text = fmt::format("-- What makes {} like {}.\n", comparison.a.name, comparison.b.name);
  if (comparison.schemas.dialect == database::Dialect::sqlite && !script.statements.empty()) {
    text += "-- For: sqlite3 -bail FILE, with nobody else on it.\n";
  }
  for (const std::string& note : script.notes) text += fmt::format("-- {}\n", note);
  for (const std::string& statement : script.statements) text += statement + "\n";
  return text;
}

std::string text_of(const Comparison& comparison, const Style& style) {
  const auto differences = condensed(comparison.drift.differences);
  std::string text = fmt::format("A is {}, B is {}.\n", comparison.a.name, comparison.b.name);
  if (differences.empty())
    text += "No differences.\n";
  else
    text +=
        fmt::format("{}:\n", format_count(static_cast<std::int64_t>(differences.size()), "difference", "differences"));
  text += render_differences(differences, side_names, style);
  return text + render_known(comparison.drift.known, style);
}

Json side_json(const SchemaSide& side) {
  return {{"name", side.name},
          {"database", side.database ? Json(side.database->safe) : Json()},
          {"revision", side.revision().empty() ? Json() : Json(side.revision())}};
}

Json to_json(const Comparison& comparison) {
  const database::SchemaScript script = script_of(comparison);
  const migration::GeneratedOperations operations =
      migration::render_operations(comparison.schemas.a, comparison.schemas.b, comparison.schemas.dialect);
  return {{"a", side_json(comparison.a)},
          {"b", side_json(comparison.b)},
          {"lineage", name_of(comparison.lineage)},
          {"dialect", comparison.schemas.dialect == database::Dialect::sqlite ? "sqlite" : "postgresql"},
          {"same", comparison.drift.differences.empty()},
          {"differences", differences_json(condensed(comparison.drift.differences), "a", "b")},
          {"known", known_json(comparison.drift.known, "a", "b")},
          {"statements", script.statements},
          {"operations",
           {{"upgrade", operations.upgrade}, {"downgrade", operations.downgrade}, {"imports", operations.imports}}},
          {"notes", operations.notes}};
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Comparison comparison = TRY(compare(arguments));
  if (context.json())
    context.answer_json(to_json(comparison));
  else if (arguments.flag("--sql"))
    context.answer(sql_of(comparison));
  else
    context.answer(text_of(comparison, context.style()));
  return conclude(!comparison.drift.differences.empty());
}

}  // namespace

const Command& db_diff_command() {
  static const Command command{
      .name = "db diff",
      .group = "Database",
      .summary = "Compare two schemas",
      .description =
          "A and B are each a database, a release or a revision. Compared are tables, columns, types, defaults, keys, "
          "constraints and indexes, in any order; not views, triggers and data. A database may be one of PostgreSQL "
          "(the schema that DATABASE_SCHEMA names, else the search path's first): each side is then told as SQLAlchemy "
          "would have made it there, and the schema of a release or revision is made by that server, in the session's "
          "temporary schema. --sql prints the statements that make "
          "A like B, with notes on what they do to rows; nothing is run. Releases and revisions are taken in the "
          "lineage of the database beside them; without one, in that of Peewee where a release older than 0.9.6 is "
          "named.",
      .arguments = {{.name = "A",
                     .help = "A database's URL or path, a release (0.12.4), or a revision (an id, the start of one, "
                             "head, base).",
                     .completes = Completes::file},
                    {.name = "B", .help = "The same.", .completes = Completes::file}},
      .options = {{"--sql", "", "", "Print the statements that make A like B."},
                  {.name = "--lineage",
                   .short_name = "",
                   .value = "LINEAGE",
                   .help = "Of releases and revisions: peewee (databases born with 0.9.5 or before) or alembic.",
                   .completes = Completes::choices,
                   .choices = {"peewee", "alembic"}}},
      .examples = {{"liftlock db diff 0.9.5 0.12.4", "What has changed between two releases."},
                   {"liftlock db diff webui.db restored.db", "Two files."},
                   {"liftlock db diff --sql webui.db head", "Statements that make the file like the newest revision."}},
      .exit_statuses = {{0, "There are no differences."},
                        {1, "There are differences, which were printed; or a database cannot be read."},
                        {2, "The command line makes no sense, or there is no such database, release or revision."},
                        {3, "The user may not make temporary tables on the server."},
                        {6, "Another Liftlock migrates one of the databases (PostgreSQL)."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
