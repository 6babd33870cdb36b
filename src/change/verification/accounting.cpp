#include "change/verification/accounting.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "change/verification/expectations.hpp"

namespace liftlock::change::verification {

namespace {

using database::Connection;
using database::quote_identifier;
using database::Statement;
using database::Table;
using database::Value;

constexpr int examples_shown = 3;

/// Equal for SQLite's purposes: a column's new type may have turned '5' into 5.
bool same_value(const Value& a, const Value& b) {
  if (a == b) return true;
  if (a.kind() == b.kind() || a.is_null() || b.is_null()) return false;
  const bool a_is_bytes = a.is_text() || a.kind() == Value::Kind::blob;
  const bool b_is_bytes = b.is_text() || b.kind() == Value::Kind::blob;
  if (a_is_bytes && b_is_bytes) return false;
  if (!a_is_bytes && !b_is_bytes) return a.as_real() == b.as_real();
  const std::string_view text = a_is_bytes ? a.bytes() : b.bytes();
  const double number = a_is_bytes ? b.as_real() : a.as_real();
  double parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  return error == std::errc() && end == text.data() + text.size() && parsed == number;
}

std::string shown(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::integer:
      return std::to_string(value.as_integer());
    case Value::Kind::text:
      return std::string(value.bytes().substr(0, 64));
    default:
      return "?";
  }
}

/// Adds up explained differences, one line for each effect and kind.
class Ledger {
 public:
  void explain(const Declared& by, const std::string& table, const std::string& what) {
    auto& line = lines_[fmt::format("{} {} {}", by.revision->id, table, what)];
    if (line.rows++ == 0) {
      line.revision = by.revision->id;
      line.table = table;
      line.what = what;
      line.why = by.effect->why;
    }
  }
  void fail(const std::string& table, const std::string& what, const std::string& key) {
    auto& line = failures_[fmt::format("{}: {}", table, what)];
    if (line.first++ < examples_shown) line.second.push_back(key);
  }
  void write_to(Accounting& accounting) const {
    for (const auto& [unused, line] : lines_) accounting.explained.push_back(line);
    for (const auto& [what, line] : failures_) {
      accounting.unexplained.push_back(
          fmt::format("{} ({} rows, such as {})", what, line.first, fmt::join(line.second, ", ")));
    }
  }

 private:
  std::map<std::string, ExplainedDifference> lines_;
  std::map<std::string, std::pair<std::int64_t, std::vector<std::string>>> failures_;
};

/// One declared effect whose condition the query over the rows before answers in `column` (-1: always true).
struct Conditional {
  Declared declared;
  int column = -1;
};

/// Compares one table. The query over the rows before is: key, shared columns…, conditions….
class TableComparison {
 public:
  TableComparison(Connection& before, const Table& table, Connection& after, const Table& table_after,
                  const Expectation& expectation, Ledger& ledger)
      : before_(before),
        table_(table),
        after_(after),
        table_after_(table_after),
        expectation_(expectation),
        ledger_(ledger) {}

  Result<std::int64_t> run() {
    find_shared_columns();
    if (!expectation_.match_columns.empty()) return match_by_columns();
    const std::string rowid = common_rowid();
    if (!rowid.empty()) return merge(rowid);
    return look_up();
  }

 private:
  void find_shared_columns() {
    for (const database::Column& column : table_.columns) {
      if (table_after_.column(column.name) != nullptr) {
        shared_.push_back(column.name);
      } else if (const auto drop = expectation_.drops.find(column.name); drop != expectation_.drops.end()) {
        ledger_.explain(drop->second, table_.name, fmt::format("column {} is gone", column.name));
      } else {
        ledger_.fail(table_.name, fmt::format("the column {} is gone", column.name), "all rows");
      }
    }
  }

  /// A name of the rowid that both tables know; empty where one has none.
  [[nodiscard]] std::string common_rowid() const {
    if (table_.without_rowid || table_after_.without_rowid) return {};
    for (const char* name : {"_rowid_", "rowid", "oid"}) {
      const auto is_name = [&](const database::Column& column) {
        return std::ranges::equal(column.name, std::string_view(name),
                                  [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
      };
      if (std::ranges::none_of(table_.columns, is_name) && std::ranges::none_of(table_after_.columns, is_name))
        return name;
    }
    return {};
  }

  /// A condition can name columns that only revisions in between know; it counts as true then.
  int add_condition(std::string_view condition, std::vector<std::string>& expressions) {
    if (condition.empty()) return -1;
    const auto possible =
        before_.prepare(fmt::format("SELECT ({}) FROM {} LIMIT 0", condition, quote_identifier(table_.name)));
    if (!possible) return -1;
    expressions.push_back(fmt::format("({})", condition));
    return static_cast<int>(expressions.size()) - 1;
  }

  Result<Statement> prepare_before(const std::string& key) {
    std::vector<std::string> expressions{key};
    for (const std::string& column : shared_) expressions.push_back(quote_identifier(column));
    for (const std::string& column : shared_) {
      auto& conditions = changes_.emplace_back();
      const auto declared = expectation_.changes.find(column);
      if (declared == expectation_.changes.end()) continue;
      for (const Declared& change : declared->second) {
        conditions.push_back({change, add_condition(change.effect->condition, expressions)});
      }
    }
    for (const Declared& removal : expectation_.removals) {
      removals_.push_back({removal, add_condition(removal.effect->condition, expressions)});
    }
    return before_.prepare(
        fmt::format("SELECT {} FROM {} ORDER BY {}", fmt::join(expressions, ", "), quote_identifier(table_.name), key));
  }

  [[nodiscard]] std::string select_after(const std::string& key) const {
    std::vector<std::string> expressions{key};
    for (const std::string& column : shared_) expressions.push_back(quote_identifier(column));
    return fmt::format("SELECT {} FROM {}", fmt::join(expressions, ", "), quote_identifier(table_after_.name));
  }

  static const Declared* explanation(const std::vector<Conditional>& candidates, const Statement& row) {
    for (const Conditional& candidate : candidates) {
      if (candidate.column < 0 || row.column(candidate.column).as_integer() != 0) return &candidate.declared;
    }
    return nullptr;
  }

  /// What a person can find a row by: its first column, which is the id in nearly all tables.
  std::string name_of(const Statement& row) const { return shown(row.column(shared_.empty() ? 0 : 1)); }

  void compare_rows(const Statement& before, const Statement& after) {
    for (std::size_t i = 0; i < shared_.size(); ++i) {
      const int column = static_cast<int>(i) + 1;
      if (same_value(before.column(column), after.column(column))) continue;
      if (const Declared* by = explanation(changes_[i], before)) {
        ledger_.explain(*by, table_.name, fmt::format("column {} changed", shared_[i]));
      } else {
        ledger_.fail(table_.name, fmt::format("the column {} differs", shared_[i]), name_of(before));
      }
    }
  }

  void missing_row(const Statement& before) {
    if (const Declared* by = explanation(removals_, before)) {
      ledger_.explain(*by, table_.name, "rows removed");
    } else {
      ledger_.fail(table_.name, "rows are missing", name_of(before));
    }
  }

  void added_row(const std::string& name) {
    if (!expectation_.additions.empty()) {
      ledger_.explain(expectation_.additions.front(), table_.name, "rows added");
    } else {
      ledger_.fail(table_.name, "rows have appeared", name);
    }
  }

  /// Both tables in the order of their rowids, side by side.
  Result<std::int64_t> merge(const std::string& rowid) {
    auto old_rows = TRY(prepare_before(rowid));
    auto new_rows = TRY(after_.prepare(select_after(rowid) + " ORDER BY " + rowid));
    std::int64_t compared = 0;
    bool more = TRY(new_rows.step());
    while (TRY(old_rows.step())) {
      ++compared;
      while (more && new_rows.integer(0) < old_rows.integer(0)) {
        added_row(name_of(new_rows));
        more = TRY(new_rows.step());
      }
      if (!more || new_rows.integer(0) != old_rows.integer(0)) {
        missing_row(old_rows);
        continue;
      }
      compare_rows(old_rows, new_rows);
      more = TRY(new_rows.step());
    }
    while (more) {
      added_row(name_of(new_rows));
      more = TRY(new_rows.step());
    }
    return compared;
  }

  /// Each row before is looked up by its primary key.
  Result<std::int64_t> look_up() {
    if (!table_.primary_key) {
      return failure("verification-no-key", fmt::format("Accounting for the rows of {}", table_.name),
                     "The table has neither a rowid nor a primary key.");
    }
    std::vector<std::string> tests;
    std::vector<int> positions;
    for (const std::string& key : table_.primary_key->columns) {
      const auto found = std::ranges::find(shared_, key);
      if (found == shared_.end()) return compared_nothing(key);
      tests.push_back(quote_identifier(key) + " IS ?");
      positions.push_back(static_cast<int>(found - shared_.begin()) + 1);
    }
    auto old_rows = TRY(prepare_before("NULL"));
    auto search = TRY(after_.prepare(select_after("NULL") + fmt::format(" WHERE {}", fmt::join(tests, " AND "))));
    std::int64_t compared = 0;
    std::int64_t found_rows = 0;
    while (TRY(old_rows.step())) {
      ++compared;
      for (std::size_t i = 0; i < positions.size(); ++i) {
        search.bind(static_cast<int>(i) + 1, old_rows.column(positions[i]));
      }
      if (TRY(search.step())) {
        ++found_rows;
        compare_rows(old_rows, search);
      } else {
        missing_row(old_rows);
      }
      search.reset();
    }
    TRY(count_added(found_rows));
    return compared;
  }

  Result<std::int64_t> compared_nothing(const std::string& key) {
    ledger_.fail(table_.name, fmt::format("the key column {} is gone", key), "all rows");
    return 0;
  }

  Result<void> count_added(std::int64_t found_rows) {
    const auto total =
        TRY(after_.query_integer(fmt::format("SELECT count(*) FROM {}", quote_identifier(table_after_.name))));
    for (std::int64_t i = found_rows; i < total.value_or(0); ++i) added_row("?");
    return {};
  }

  [[nodiscard]] static std::size_t hash_of(const Statement& row, std::size_t columns) {
    std::size_t hash = 0;
    for (std::size_t i = 1; i <= columns; ++i) {
      const Value value = row.column(static_cast<int>(i));
      const std::size_t part = value.is_text() || value.kind() == Value::Kind::blob
                                   ? std::hash<std::string_view>{}(value.bytes())
                                   : std::hash<double>{}(value.as_real());
      hash = hash * 1099511628211ULL + part + static_cast<std::size_t>(value.kind());
    }
    return hash;
  }

  /// The rows' keys have changed: those columns that an effect names tell who is who, as a multiset.
  Result<std::int64_t> match_by_columns() {
    shared_ = expectation_.match_columns;
    auto old_rows = TRY(prepare_before("NULL"));
    auto new_rows = TRY(after_.prepare(select_after("NULL")));
    std::unordered_map<std::size_t, std::int64_t> there;
    while (TRY(new_rows.step())) ++there[hash_of(new_rows, shared_.size())];
    std::int64_t compared = 0;
    while (TRY(old_rows.step())) {
      ++compared;
      auto& left = there[hash_of(old_rows, shared_.size())];
      if (left > 0)
        --left;
      else
        missing_row(old_rows);
    }
    for (const auto& [unused, left] : there) {
      for (std::int64_t i = 0; i < left; ++i) added_row("?");
    }
    return compared;
  }

  Connection& before_;
  const Table& table_;
  Connection& after_;
  const Table& table_after_;
  const Expectation& expectation_;
  Ledger& ledger_;
  std::vector<std::string> shared_;
  std::vector<std::vector<Conditional>> changes_;  // of each shared column
  std::vector<Conditional> removals_;
};

/// The version tables say where the database stands; the check of the revision looks at them.
bool is_version_table(std::string_view name) { return name == "alembic_version" || name == "migratehistory"; }

}  // namespace

Result<Accounting> account_for_rows(Connection& before, const database::Schema& schema_before, Connection& after,
                                    const database::Schema& schema_after, const migration::Path& path,
                                    Progress& progress) {
  Accounting accounting;
  Ledger ledger;
  const auto expectations = expectations_of(path);
  progress.begin("Accounting for every row", static_cast<std::int64_t>(schema_before.tables.size()),
                 Progress::Unit::steps);
  for (const auto& [name, table] : schema_before.tables) {
    progress.advance(++accounting.tables);
    if (is_version_table(name)) continue;
    const auto found = expectations.find(name);
    const Expectation expectation = found != expectations.end() ? found->second
                                                                : Expectation{.name_after = name,
                                                                              .match_columns = {},
                                                                              .changes = {},
                                                                              .drops = {},
                                                                              .removals = {},
                                                                              .additions = {},
                                                                              .dropped = {}};
    const Table* table_after = schema_after.table(expectation.name_after);
    if (!expectation.dropped.empty()) {
      ledger.explain(expectation.dropped.front(), name, "table is gone");
    } else if (table_after == nullptr) {
      ledger.fail(name, "the table is gone", "all rows");
    } else {
      TableComparison comparison(before, table, after, *table_after, expectation, ledger);
      accounting.rows_compared += TRY(comparison.run());
    }
  }
  progress.end();
  ledger.write_to(accounting);
  return accounting;
}

}  // namespace liftlock::change::verification
