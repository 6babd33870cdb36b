#include "migration/offline/operations.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "migration/table_changes.hpp"

namespace liftlock::migration::offline {

using database::Table;

namespace {

constexpr const char* nothing_printed = "Nothing was written.";

std::vector<std::optional<std::string>> own_names(const Table& table) {
  std::vector<std::optional<std::string>> names;
  for (const database::Column& column : table.columns) names.emplace_back(column.name);
  return names;
}

template <class C>
bool has_named(const std::vector<C>& constraints, const C& wanted) {
  return std::ranges::any_of(constraints, [&](const C& other) { return other.name == wanted.name; });
}

/// `wanted` without what it demands more than `there` does.
Table relaxed(const OfflineTable& table) {
  Table loose = table.wanted;
  const Table& there = *table.there;
  for (std::size_t i = 0; i < loose.columns.size(); ++i) {
    database::Column& column = loose.columns[i];
    if (table.is_new(i) ? !column.server_default : there.column(*table.origins[i])->nullable) column.nullable = true;
  }
  const auto same_key = [&](const database::PrimaryKey& key) {
    return there.primary_key && there.primary_key->name == key.name && there.primary_key->columns == key.columns;
  };
  if (loose.primary_key && !same_key(*loose.primary_key)) loose.primary_key.reset();
  std::erase_if(loose.unique_constraints, [&](const auto& one) { return !has_named(there.unique_constraints, one); });
  std::erase_if(loose.check_constraints, [&](const auto& one) { return !has_named(there.check_constraints, one); });
  std::erase_if(loose.indexes, [&](const auto& one) { return !has_named(there.indexes, one); });
  return loose;
}

/// For steps that are left out because their tables have no rows.
class NoInserter final : public Inserter {
 public:
  void insert(std::initializer_list<Value> /*values*/) override { throw std::logic_error("a script inserts no rows"); }
  bool insert_new(std::initializer_list<Value> /*values*/) override {
    throw std::logic_error("a script inserts no rows");
  }
};

class NoLookup final : public Lookup {
 public:
  void find(std::initializer_list<Value> /*parameters*/,
            const std::function<void(const ResultRow&)>& /*use*/) override {}
  bool exists(std::initializer_list<Value> /*parameters*/) override { return false; }
};

}  // namespace

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

OfflineOperations::OfflineOperations(const ScriptDialect& script, const database::Schema& start) : script_(script) {
  for (const auto& [name, table] : start.tables) {
    tables_.emplace(name, OfflineTable{.there = table, .wanted = table, .origins = own_names(table)});
    order_.push_back(name);
  }
}

OfflineOperations::~OfflineOperations() = default;

std::string OfflineOperations::take() { return std::exchange(sql_, {}); }

database::Schema OfflineOperations::schema() const {
  database::Schema schema;
  for (const auto& [name, table] : tables_) schema.tables.emplace(name, table.wanted);
  return schema;
}

OfflineTable& OfflineOperations::state(std::string_view name) {
  const auto found = tables_.find(name);
  if (found == tables_.end()) throw std::logic_error(fmt::format("{}: there is no table {}", revision_, name));
  return found->second;
}

const Table* OfflineOperations::table(std::string_view name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second.wanted;
}

std::set<std::string> OfflineOperations::taken_names() const {
  std::set<std::string> names;
  for (const auto& [name, table] : tables_) {
    if (table.wanted.primary_key) names.insert(table.wanted.primary_key->name);
    for (const auto& unique : table.wanted.unique_constraints) names.insert(unique.name);
    for (const auto& index : table.wanted.indexes) names.insert(index.name);
  }
  return names;
}

void OfflineOperations::refuse(std::string_view what, std::string_view why) const {
  throw OperationFailed(Error{ErrorKind::refused, "offline-refused", "Writing the migration as SQL",
                              fmt::format("Revision {} cannot be written as SQL for {}: {}: {}.", revision_,
                                          dialect() == Dialect::sqlite ? "SQLite" : "PostgreSQL", what, why),
                              nothing_printed, "Migrate the database itself:\n    liftlock db upgrade --database URL"});
}

// Schema.

void OfflineOperations::create_table(std::string_view name, std::vector<ColumnDefinition> columns,
                                     std::vector<Constraint> constraints) {
  if (has_table(name)) throw std::logic_error(fmt::format("{}: the table {} is there already", revision_, name));
  OfflineTable table;
  table.wanted = definition::make(name, std::move(columns), std::move(constraints));
  script_.name_constraints(table.wanted, taken_names());
  table.origins.resize(table.wanted.columns.size());
  table.is_empty = true;
  tables_.emplace(name, std::move(table));
  order_.emplace_back(name);
}

void OfflineOperations::drop_table(std::string_view name) {
  if (state(name).there) {
    flush_referring_to(name);
    sql_ += script_.drop(name);
  }
  tables_.erase(tables_.find(name));
  std::erase(order_, name);
}

void OfflineOperations::rename_table(std::string_view name, std::string_view new_name) {
  if (has_table(new_name))
    throw std::logic_error(fmt::format("{}: the table {} is there already", revision_, new_name));
  OfflineTable& table = state(name);
  flush(table, false);
  sql_ += script_.rename(name, new_name);
  for (Table* one : {&*table.there, &table.wanted}) {
    one->name = new_name;
    one->sql.clear();
    for (database::Index& index : one->indexes) index.sql.clear();
  }
  auto node = tables_.extract(tables_.find(name));
  node.key() = std::string(new_name);
  tables_.insert(std::move(node));
  std::ranges::replace(order_, std::string(name), std::string(new_name));
}

void OfflineOperations::add_column(std::string_view name, ColumnDefinition column) {
  if (has_column(name, column.column.name)) {
    throw std::logic_error(fmt::format("{}: {}.{} is there already", revision_, name, column.column.name));
  }
  OfflineTable& table = state(name);
  definition::add_column(table.wanted, std::move(column));
  script_.name_constraints(table.wanted, taken_names());
  table.origins.emplace_back();
}

void OfflineOperations::drop_column(std::string_view name, std::string_view column) {
  OfflineTable& table = state(name);
  const auto found = std::ranges::find(table.wanted.columns, column, &database::Column::name);
  if (found == table.wanted.columns.end()) {
    throw std::logic_error(fmt::format("{}: there is no column {}.{}", revision_, name, column));
  }
  table.origins.erase(table.origins.begin() + (found - table.wanted.columns.begin()));
  definition::drop_column(table.wanted, column);
}

void OfflineOperations::alter_column(std::string_view name, std::string_view column, const Alteration& alteration) {
  if (!has_column(name, column)) {
    throw std::logic_error(fmt::format("{}: there is no column {}.{}", revision_, name, column));
  }
  definition::alter_column(state(name).wanted, column, alteration);
}

void OfflineOperations::create_index(std::string_view name, std::string_view table, Names columns,
                                     IndexOptions options) {
  state(table).wanted.indexes.push_back(
      {std::string(name), std::move(columns), options.unique, std::move(options.where), {}});
}

void OfflineOperations::drop_index(std::string_view name, std::string_view table) {
  if (std::erase_if(state(table).wanted.indexes, [&](const auto& index) { return index.name == name; }) == 0) {
    throw std::logic_error(fmt::format("{}: there is no index {} on {}", revision_, name, table));
  }
}

void OfflineOperations::create_primary_key(std::string_view name, std::string_view table, Names columns) {
  Table& wanted = state(table).wanted;
  if (dialect() == Dialect::postgresql) {  // SQLite's keys of other types than INTEGER take NULL
    for (const std::string& column : columns) wanted.column(column)->nullable = false;
  }
  wanted.primary_key = database::PrimaryKey{std::string(name), std::move(columns)};
}

void OfflineOperations::create_unique_constraint(std::string_view name, std::string_view table, Names columns) {
  state(table).wanted.unique_constraints.push_back({std::string(name), std::move(columns)});
}

void OfflineOperations::create_check_constraint(std::string_view name, std::string_view table, std::string condition) {
  state(table).wanted.check_constraints.push_back({std::string(name), std::move(condition)});
}

void OfflineOperations::create_foreign_key(std::string_view name, std::string_view table,
                                           std::string_view referred_table, Names columns, Names referred_columns,
                                           std::string on_delete) {
  Table& wanted = state(table).wanted;
  wanted.foreign_keys.push_back({std::string(name),
                                 std::move(columns),
                                 std::string(referred_table),
                                 std::move(referred_columns),
                                 std::move(on_delete),
                                 {},
                                 {}});
  script_.name_constraints(wanted, taken_names());
}

void OfflineOperations::drop_constraint(std::string_view name, std::string_view table, ConstraintKind kind) {
  if (definition::drop_constraint(state(table).wanted, name, kind)) return;
  throw std::logic_error(fmt::format("{}: there is no constraint {} on {}", revision_, name, table));
}

void OfflineOperations::flush(OfflineTable& table, bool data_follows) {
  OfflineTable next = table;
  if (data_follows && table.there) next.wanted = relaxed(table);
  sql_ += script_.change(next);
  table.there = next.wanted;
  table.there->sql.clear();
  table.origins = own_names(table.wanted);
}

void OfflineOperations::flush_referring_to(std::string_view name) {
  if (dialect() == Dialect::sqlite) return;  // its scripts switch foreign keys off
  for (auto& [other, table] : tables_) {
    if (other == name || !table.there) continue;
    const auto refers = [&](const database::ForeignKey& key) { return key.referred_table == name; };
    if (std::ranges::any_of(table.there->foreign_keys, refers)) flush(table, true);
  }
}

void OfflineOperations::flush_all(bool data_follows) {
  // Older tables may refer to new ones.
  for (const bool is_there : {false, true}) {
    for (const std::string& name : order_) {
      if (state(name).there.has_value() == is_there) flush(state(name), data_follows);
    }
  }
}

// Rows.

bool OfflineOperations::write_sql(const SqlStep& step) {
  const bool no_rows = std::ranges::all_of(step.tables, [&](std::string_view name) {
    const auto found = tables_.find(name);
    return found == tables_.end() || found->second.is_empty;
  });
  if (no_rows) return true;
  const std::optional<SqlText>& text = script_.text_of(step);
  if (!text) refuse(step.what, step.why_not);
  flush_all(true);
  sql_ += fmt::format("-- {}\n", step.what);
  for (const SqlGuard& guard : text->guards) sql_ += script_.stop_if(guard);
  std::string statements = filled_in(text->statements);
  while (statements.starts_with('\n')) statements.erase(0, 1);
  sql_ += statements;
  if (!statements.empty() && !statements.ends_with('\n')) sql_ += '\n';
  for (const std::string_view name : step.tables) {
    if (has_table(name)) state(name).is_empty = false;
  }
  return true;
}

std::string OfflineOperations::filled_in(std::string text) const {
  const std::array<std::pair<std::string_view, std::string_view>, 3> places{
      {{"$uuid", script_.uuid()}, {"$nanoseconds", script_.nanoseconds()}, {"$now", script_.now()}}};
  for (const auto& [place, value] : places) {
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size())) {
      text.replace(at, place.size(), value);
    }
  }
  return text;
}

void OfflineOperations::rewrite_rows(std::string_view name, std::unique_ptr<RowStep> /*step*/) {
  if (!state(name).is_empty) refuse(fmt::format("it rewrites rows of {}", name), "there is no SQL that does the same");
}

Inserter& OfflineOperations::insert_into(std::string_view name, Names /*columns*/, std::string_view from) {
  state(name);
  if (!from.empty()) state(from);
  inserters_.push_back(std::make_unique<NoInserter>());
  return *inserters_.back();
}

void OfflineOperations::read(std::initializer_list<std::string_view> tables, std::string_view /*sql*/,
                             const std::function<void(const ResultRow&)>& /*use*/,
                             std::initializer_list<Value> /*parameters*/) {
  for (const std::string_view name : tables) {
    if (!state(name).is_empty) refuse(fmt::format("it reads {}", name), "there is no SQL that does the same");
  }
}

std::int64_t OfflineOperations::execute(std::initializer_list<std::string_view> tables, std::string_view sql,
                                        std::initializer_list<Value> parameters) {
  const bool no_rows = std::ranges::all_of(tables, [&](std::string_view name) { return state(name).is_empty; });
  if (no_rows) return 0;
  if (parameters.size() != 0) refuse("it runs a statement with values", "they are known at the run only");
  flush_all(true);
  sql_ += fmt::format("{};\n", sql);
  for (const std::string_view name : tables) state(name).is_empty = false;
  return 0;
}

std::unique_ptr<Lookup> OfflineOperations::lookup(std::string_view /*table*/, std::string_view /*key_column*/,
                                                  std::string_view /*sql*/) {
  return std::make_unique<NoLookup>();
}

}  // namespace liftlock::migration::offline
