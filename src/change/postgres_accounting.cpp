#include "change/postgres_accounting.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/format.hpp"
#include "database/sqlite.hpp"
#include "migration/postgres/questions.hpp"

namespace liftlock::change {

using database::quote_identifier;
using database::Value;
using database::postgres::Connection;
using verification::Declared;
using verification::Expectation;

namespace {

constexpr int examples_shown = 3;

bool has_all(const database::Table& table, const std::vector<std::string>& columns) {
  return !columns.empty() &&
         std::ranges::all_of(columns, [&](const auto& column) { return table.column(column) != nullptr; });
}

/// True where all rows have these columns, and keep their values on the path.
bool stays(const database::Table& table, const Expectation& expectation, const std::vector<std::string>& columns) {
  return !columns.empty() && std::ranges::all_of(columns, [&](const auto& name) {
    const database::Column* column = table.column(name);
    return column != nullptr && !column->nullable && !expectation.changes.contains(name) &&
           !expectation.drops.contains(name);
  });
}

std::vector<std::vector<std::string>> unique_keys(const database::Table& table) {
  std::vector<std::vector<std::string>> keys;
  if (table.primary_key) keys.push_back(table.primary_key->columns);
  for (const auto& unique : table.unique_constraints) keys.push_back(unique.columns);
  for (const auto& index : table.indexes) {
    if (index.unique && !index.where) keys.push_back(index.columns);
  }
  return keys;
}

/// By which columns the rows of a table are told apart; empty where there are none.
std::vector<std::string> key_of(const database::Table& table, const Expectation& expectation) {
  if (has_all(table, expectation.match_columns)) return expectation.match_columns;
  std::vector<std::vector<std::string>> keys = unique_keys(table);
  std::erase_if(keys, [&](const auto& key) { return !stays(table, expectation, key); });
  if (keys.empty()) return {};
  const auto id = std::ranges::find(keys, std::vector<std::string>{"id"});
  return id != keys.end() ? *id : keys.front();
}

/// True where a revision gives rows another key, and the column is part of the old one.
bool has_another_key(const database::Table& table, const Expectation& expectation, const std::string& column) {
  if (std::ranges::find(expectation.match_columns, column) != expectation.match_columns.end()) return false;
  return !expectation.match_columns.empty() && std::ranges::any_of(unique_keys(table), [&](const auto& key) {
    return std::ranges::find(key, column) != key.end();
  });
}

/// The key as one value; NULLs in it are equal to each other.
std::string key_sql(const std::vector<std::string>& key) {
  std::vector<std::string> parts;
  for (const std::string& column : key) parts.push_back(quote_identifier(column) + "::text");
  return fmt::format("ARRAY[{}]", fmt::join(parts, ", "));
}

std::string hash_sql(const std::string& column) {
  return fmt::format("hashtextextended({}::text, 0)", quote_identifier(column));
}

Result<std::int64_t> count_rows(Connection& connection, const std::string& table) {
  return TRY(connection.query_integer("SELECT count(*) FROM " + quote_identifier(table))).value_or(0);
}

/// What the planner takes for the cost of several processes: "0", or "DEFAULT".
Result<void> set_parallel_cost(Connection& connection, std::string_view cost) {
  return connection.execute(
      fmt::format("SET LOCAL parallel_setup_cost TO {0}; SET LOCAL parallel_tuple_cost TO {0}; "
                  "SET LOCAL min_parallel_table_scan_size TO {0}",
                  cost));
}

/// The planner counts rows, but hashing big values is what takes long: for a large table it is told to use several
/// processes where the server has them.
Result<void> read_in_parallel(Connection& connection, const std::string& table) {
  constexpr std::int64_t large = 64 << 20;
  const auto size =
      TRY(connection.query_integer("SELECT pg_table_size($1::regclass)", {Value::text(quote_identifier(table))}));
  return set_parallel_cost(connection, size.value_or(0) > large ? "0" : "DEFAULT");
}

const Expectation& expected_of(const std::map<std::string, Expectation, std::less<>>& all, const std::string& table) {
  static const Expectation nothing;
  const auto found = all.find(table);
  return found == all.end() ? nothing : found->second;
}

/// A condition about what is not there counts as true.
Result<std::string> understood(Connection& connection, std::string_view condition, const std::string& table) {
  if (condition.empty()) return std::string("true");
  const std::string sql = fmt::format("({})::boolean", migration::postgres::question(condition));
  TRY(connection.execute("SAVEPOINT liftlock_condition"));
  auto tried = connection.query(fmt::format("SELECT {} FROM {} LIMIT 0", sql, quote_identifier(table)));
  if (tried) TRY(connection.execute("RELEASE SAVEPOINT liftlock_condition"));
  if (tried) return sql;
  if (!migration::postgres::names_what_is_missing(tried.error())) return std::unexpected(std::move(tried).error());
  TRY(connection.execute("ROLLBACK TO SAVEPOINT liftlock_condition; RELEASE SAVEPOINT liftlock_condition"));
  return std::string("true");
}

/// Which rows of a table may go: those that a revision removes, and those that refer to such a row ON DELETE CASCADE.
class Removable {
 public:
  Removable(Connection& connection, const database::Schema& schema,
            const std::map<std::string, Expectation, std::less<>>& expectations)
      : connection_(connection), schema_(schema), expectations_(expectations) {}

  std::vector<Declared> by;
  bool with_others = false;

  /// A condition that is true or false for every row.
  Result<std::string> sql_for(const database::Table& table, int depth = 0) {
    constexpr int deepest = 4;
    std::vector<std::string> conditions;
    for (const Declared& removal : expected_of(expectations_, table.name).removals) {
      by.push_back(removal);
      conditions.push_back(TRY(understood(connection_, removal.effect->condition, table.name)));
    }
    for (const database::ForeignKey& key : table.foreign_keys) {
      const database::Table* referred = schema_.table(key.referred_table);
      const bool cascades = key.on_delete == "CASCADE" && key.columns.size() == 1 && key.referred_columns.size() == 1;
      if (!cascades || referred == nullptr || referred->name == table.name || depth == deepest) continue;
      const std::string theirs = TRY(sql_for(*referred, depth + 1));
      if (theirs == "false") continue;
      with_others = true;
      conditions.push_back(fmt::format("{} IN (SELECT {} FROM {} WHERE {})", quote_identifier(key.columns.front()),
                                       quote_identifier(key.referred_columns.front()), quote_identifier(referred->name),
                                       theirs));
    }
    if (conditions.empty()) return std::string("false");
    return fmt::format("coalesce({}, false)", fmt::join(conditions, " OR "));
  }

 private:
  Connection& connection_;
  const database::Schema& schema_;
  const std::map<std::string, Expectation, std::less<>>& expectations_;
};

}  // namespace

bool is_version_table(std::string_view name) { return name == "alembic_version" || name == "migratehistory"; }

/// The rows of one table, then and now.
class PageComparison {
 public:
  using Page = PostgresLedger::Page;
  PageComparison(Connection& connection, const Page& page, const Expectation& expectation,
                 PostgresLedger::Accounting& accounting)
      : connection_(connection),
        page_(page),
        expectation_(expectation),
        accounting_(accounting),
        name_(expectation.name_after.empty() ? page.table : expectation.name_after) {}

  Result<void> run(const database::Schema& after) {
    ++accounting_.tables;
    if (!expectation_.dropped.empty()) {
      explain(expectation_.dropped.front(), "the table is gone", page_.rows);
      return {};
    }
    table_ = after.table(name_);
    if (table_ == nullptr) {
      fail(fmt::format("the table {} is gone", name_));
      return {};
    }
    compare_columns();
    if (page_.page.empty()) return compare_counts(0);
    if (!has_all(*table_, page_.key)) {
      fail(fmt::format("{} has lost the columns of its key", name_));
      return {};
    }
    return compare_rows();
  }

 private:
  void explain(const Declared& by, std::string what, std::int64_t rows) {
    accounting_.explained.push_back({.revision = std::string(by.revision->id),
                                     .table = name_,
                                     .what = std::move(what),
                                     .why = std::string(by.effect->why),
                                     .rows = rows});
  }
  void fail(std::string sentence) { accounting_.unexplained.push_back(std::move(sentence)); }

  /// With a few keys of the rows that the sentence is about.
  Result<void> fail(const std::string& sentence, const std::string& from_where) {
    const auto rows =
        TRY(connection_.query(fmt::format("SELECT array_to_string(b.k, '|') {} LIMIT {}", from_where, examples_shown)));
    std::vector<std::string> keys;
    for (int row = 0; row < rows.rows(); ++row) keys.push_back(rows.text(row, 0).substr(0, 64));
    fail(fmt::format("{}, such as {}", sentence, fmt::join(keys, ", ")));
    return {};
  }

  void compare_columns() {
    for (const std::string& column : page_.columns) {
      if (table_->column(column) != nullptr) continue;
      if (const auto dropped = expectation_.drops.find(column); dropped != expectation_.drops.end())
        explain(dropped->second, fmt::format("column {} is gone", column), page_.rows);
      else if (!expectation_.changes.contains(column))
        fail(fmt::format("the column {} of {} is gone", column, name_));
    }
  }

  Result<void> compare_rows() {
    std::string counts, values;
    std::vector<std::size_t> shared;
    for (std::size_t i = 0; i < page_.hashed.size(); ++i) {
      if (table_->column(page_.hashed[i]) == nullptr) continue;
      shared.push_back(i);
      values += fmt::format(", {} AS h{}", hash_sql(page_.hashed[i]), i);
      counts += fmt::format(", count(*) FILTER (WHERE a.there AND a.h{0} IS DISTINCT FROM b.h{0})", i);
    }
    TRY(read_in_parallel(connection_, name_));
    // OFFSET 0: else the hashes are computed above the join, by one process.
    const std::string from =
        fmt::format("FROM {} b LEFT JOIN (SELECT true AS there, {} AS k{} FROM {} OFFSET 0) a ON a.k = b.k", page_.page,
                    key_sql(page_.key), values, quote_identifier(name_));
    const auto answer =
        TRY(connection_.query(fmt::format("SELECT count(*) FILTER (WHERE a.there IS NULL), "
                                          "count(*) FILTER (WHERE a.there IS NULL AND NOT b.removable){} {}",
                                          counts, from)));
    accounting_.rows_compared += page_.rows;
    const std::int64_t gone = answer.value(0, 0).as_integer(), lost = answer.value(0, 1).as_integer();
    if (lost > 0)
      TRY(fail(fmt::format("{} of {} gone", format_count(lost, "row is", "rows are"), name_),
               from + " WHERE a.there IS NULL AND NOT b.removable"));
    else if (gone > 0)
      explain(page_.removals.front(), "rows removed", gone);
    for (std::size_t at = 0; at < shared.size(); ++at) {
      const std::int64_t differ = answer.value(0, static_cast<int>(at) + 2).as_integer();
      if (differ == 0) continue;
      TRY(fail(
          fmt::format("{}: another {} in {}", name_, page_.hashed[shared[at]], format_count(differ, "row", "rows")),
          fmt::format("{} WHERE a.there AND a.h{} IS DISTINCT FROM b.h{}", from, shared[at], shared[at])));
    }
    return compare_counts(gone);
  }

  Result<void> compare_counts(std::int64_t gone) {
    const std::int64_t added = TRY(count_rows(connection_, name_)) - (page_.rows - gone);
    if (added < 0)
      fail(fmt::format("{} of {} gone", format_count(-added, "row is", "rows are"), name_));
    else if (added > 0 && expectation_.additions.empty())
      fail(fmt::format("{} in {} that no revision adds", format_count(added, "row", "rows"), name_));
    else if (added > 0)
      explain(expectation_.additions.front(), "rows added", added);
    return {};
  }

  Connection& connection_;
  const Page& page_;
  const Expectation& expectation_;
  PostgresLedger::Accounting& accounting_;
  std::string name_;
  const database::Table* table_ = nullptr;
};

Result<PostgresLedger> PostgresLedger::write(Connection& connection, const database::Schema& before,
                                             const database::Schema& expected, const migration::Path& path) {
  PostgresLedger ledger(path);
  const auto expectations = verification::expectations_of(path);
  for (const auto& [name, table] : before.tables) {
    const bool is_known = expected.table(name) != nullptr || expectations.contains(name);
    if (is_version_table(name) || !is_known) continue;
    const Expectation& expectation = expected_of(expectations, name);
    Page page{.table = name,
              .page = {},
              .key = key_of(table, expectation),
              .columns = {},
              .hashed = {},
              .removals = {},
              .rows = 0};
    std::string hashes;
    for (const database::Column& column : table.columns) {
      page.columns.push_back(column.name);
      if (expectation.changes.contains(column.name) || expectation.drops.contains(column.name)) continue;
      if (has_another_key(table, expectation, column.name)) continue;
      hashes += fmt::format(", {} AS h{}", hash_sql(column.name), page.hashed.size());
      page.hashed.push_back(column.name);
    }
    page.rows = TRY(count_rows(connection, name));
    if (!page.key.empty() && expectation.dropped.empty()) {
      page.page = fmt::format("liftlock_before_{}", ledger.pages_.size());
      Removable going(connection, before, expectations);
      const std::string removable = TRY(going.sql_for(table));
      page.removals = std::move(going.by);
      page.goes_with_others = going.with_others;
      TRY(read_in_parallel(connection, name));
      TRY(connection.execute(
          fmt::format("CREATE TEMPORARY TABLE {0} ON COMMIT DROP AS SELECT {1} AS k, {2} AS removable{3} FROM {4}; "
                      "ANALYZE {0}",
                      page.page, key_sql(page.key), removable, hashes, quote_identifier(name))));
    }
    ledger.pages_.push_back(std::move(page));
  }
  TRY(set_parallel_cost(connection, "DEFAULT"));
  return ledger;
}

bool PostgresLedger::goes_with_others(std::string_view table) const {
  const auto page = std::ranges::find(pages_, table, &Page::table);
  return page != pages_.end() && page->goes_with_others;
}

Result<PostgresLedger::Accounting> PostgresLedger::compare(Connection& connection,
                                                           const database::Schema& after) const {
  Accounting accounting;
  const auto expectations = verification::expectations_of(*path_);
  for (const Page& page : pages_) {
    TRY(PageComparison(connection, page, expected_of(expectations, page.table), accounting).run(after));
  }
  return accounting;
}

}  // namespace liftlock::change
