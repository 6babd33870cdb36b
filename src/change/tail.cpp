#include "change/tail.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "base/format.hpp"
#include "change/swap.hpp"
#include "database/compare_schema.hpp"
#include "database/sqlite_schema.hpp"
#include "release/catalogue.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using database::Connection;
using database::quote_identifier;

namespace {

fs::path native_copy(const Run& run) { return run.places.scratch / "native.db"; }

std::vector<std::string> lines_of(const Plan& plan) {
  std::vector<std::string> lines;
  for (const auto& revision : plan.migrations->tail)
    lines.push_back(fmt::format("{}: {}", revision.id, revision.message));
  return lines;
}

std::string what_is_unknown(const Plan& plan) {
  return fmt::format(
      "{} brings {} that this version of Liftlock, which knows the releases up to {}, does not "
      "know:\n    {}",
      plan.target_release,
      format_count(static_cast<std::int64_t>(plan.migrations->tail.size()), "migration", "migrations"),
      release::to_string(release::latest().version), fmt::join(lines_of(plan), "\n    "));
}

std::unexpected<Error> wrong(std::string what) {
  return failure("tail-wrong", "Comparing the database before and after the program's own migrations", std::move(what));
}

/// What every start may write anew.
bool is_disposable(std::string_view table) {
  return table == "alembic_version" || table == "migratehistory" || table == "config";
}

bool has_all(const database::Table& table, const std::vector<std::string>& columns) {
  return std::ranges::all_of(columns, [&](const std::string& name) { return table.column(name) != nullptr; });
}

/// By which rows are told apart before and after; empty where nothing does.
std::vector<std::string> key_of(const database::Table& before, const database::Table& after) {
  if (before.primary_key && has_all(after, before.primary_key->columns)) return before.primary_key->columns;
  return before.column("id") != nullptr && after.column("id") != nullptr ? std::vector<std::string>{"id"}
                                                                         : std::vector<std::string>{};
}

std::string missing_sql(const std::string& table, const std::vector<std::string>& key) {
  std::string same;
  for (const std::string& column : key) {
    const std::string name = quote_identifier(column);
    same += fmt::format("{}a.{} IS b.{}", same.empty() ? "" : " AND ", name, name);
  }
  const std::string name = quote_identifier(table);
  return fmt::format("SELECT count(*) FROM native.{} b WHERE NOT EXISTS (SELECT 1 FROM main.{} a WHERE {})", name, name,
                     same);
}

/// How many rows of a table there were, all of which are there.
Result<std::int64_t> find_rows(Connection& connection, const database::Table& before, const database::Table& after) {
  const std::string name = quote_identifier(before.name);
  const auto count = [&](const std::string& sql) -> Result<std::int64_t> {
    return TRY(connection.query_integer(sql)).value_or(0);
  };
  const std::int64_t rows = TRY(count(fmt::format("SELECT count(*) FROM native.{}", name)));
  const auto key = key_of(before, after);
  const std::int64_t missing = key.empty() ? rows - TRY(count(fmt::format("SELECT count(*) FROM main.{}", name)))
                                           : TRY(count(missing_sql(before.name, key)));
  if (missing <= 0) return rows;
  return wrong(fmt::format("Of {} in the table {}, {} are gone.", format_count(rows, "row", "rows"), before.name,
                           format_count(missing)));
}

std::string change_of(const database::SchemaDifference& difference) {
  using Kind = database::SchemaDifference::Kind;
  if (difference.kind == Kind::extra) return difference.object + " is new";
  return difference.object + (difference.kind == Kind::missing ? " is gone" : " is another");
}

}  // namespace

Result<void> choose_tail_engine(Plan& plan, const std::string& wanted) {
  plan.engine = "app";
  if (wanted != "native") return {};
  return refusal(
      "revisions-unknown", fmt::format("Planning the change of {} to {}", plan.address, plan.target_release),
      what_is_unknown(plan),
      "Look for a newer version of Liftlock, or let the program do them itself, first on a copy: --engine app");
}

Result<void> refuse_untried_tail(const Plan& plan) {
  if (!plan.has_tail() || plan.trial) return {};
  return refusal(
      "tail-without-trial", fmt::format("Planning the change of {} to {}", plan.address, plan.target_release),
      what_is_unknown(plan) + "\nWhat they do can only be found out by trying it on a copy.", "Leave --no-trial out.");
}

Result<void> agree_to_tail(const Request& request, const Plan& plan, Context& context) {
  if (!plan.has_tail() || request.engine == "app") return {};
  std::vector<std::string> details = lines_of(plan);
  details.emplace_back(
      "What they do is not known here. They are tried on a copy first; afterwards no table and no row may be missing, "
      "but what stands in the rows cannot be judged.");
  const Question question{
      "app-migrations",
      fmt::format("Let {} do {} itself that this version of Liftlock does not know?", plan.target_release,
                  format_count(static_cast<std::int64_t>(plan.migrations->tail.size()), "migration", "migrations")),
      std::move(details), true, true};
  if (context.confirm(question)) return {};
  return refusal("revisions-unknown", fmt::format("Changing {} to {}", plan.address, plan.target_release),
                 what_is_unknown(plan),
                 fmt::format("Look for a newer version of Liftlock. To let the program do them itself, first on a "
                             "copy:\n    liftlock change {} {} --engine app",
                             plan.address, plan.target_release));
}

Result<TailOutcome> look_at_tail(const fs::path& native, const fs::path& database, const std::string& head) {
  auto connection = TRY(open_to_look(database));
  const auto state = TRY(migration::inspect_state(connection));
  if (state.revision != head)
    return wrong(
        fmt::format("The program answers, but its database is at revision {} instead of {}.", state.revision, head));
  const std::string name = native.string();
  auto attach = TRY(connection.prepare("ATTACH ? AS native"));
  TRY(attach.run({database::Value::text(name)}));
  const auto before = TRY(database::read_schema(connection, "native"));
  const auto after = TRY(database::read_schema(connection));
  TailOutcome outcome;
  for (const auto& [table_name, table] : before.tables) {
    if (is_disposable(table_name)) continue;
    const database::Table* now = after.table(table_name);
    if (now == nullptr) return wrong(fmt::format("The table {} is gone.", table_name));
    outcome.rows += TRY(find_rows(connection, table, *now));
    ++outcome.tables;
  }
  for (const auto& difference : database::compare_schemas(before, after))
    outcome.changes.push_back(change_of(difference));
  TRY(connection.execute("DETACH native"));
  return outcome;
}

Result<void> keep_native_copy(const Run& run) {
  TRY(file::make_folder(run.places.scratch));
  TRY(file::remove(native_copy(run)));  // of an earlier attempt
  return file::copy(run.deployment.database, native_copy(run));
}

bool has_native_copy(const Run& run) { return file::exists(native_copy(run)); }

Result<void> look_after_tail(Run& run, const std::string& head) {
  run.context.say(describe(TRY(look_at_tail(native_copy(run), run.deployment.database, head))));
  return {};
}

std::string describe(const TailOutcome& outcome) {
  std::string text =
      fmt::format("The program has done its own migrations: {} in {}, none is missing.",
                  format_count(outcome.rows, "row", "rows"), format_count(outcome.tables, "table", "tables"));
  if (!outcome.changes.empty()) text += fmt::format(" In the schema: {}.", fmt::join(outcome.changes, ", "));
  return text;
}

}  // namespace liftlock::change
