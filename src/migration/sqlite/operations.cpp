#include "migration/sqlite/operations.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "database/sqlite_schema.hpp"
#include "migration/sqlite/inserter.hpp"
#include "migration/sqlite/pass.hpp"

namespace liftlock::migration::sqlite {

using database::quote_identifier;

namespace {

/// What a table is called while its next form is being filled.
constexpr std::string_view temporary_prefix = "_liftlock_tmp_";

/// Up to so many rows the entries of an index fit into the page cache, in whatever order they come.
constexpr std::int64_t rows_indexed_along = 100'000;

class StatementRow final : public ResultRow {
 public:
  explicit StatementRow(const database::Statement& statement) : statement_(statement) {}
  Value operator[](int column) const override { return statement_.column(column); }

 private:
  const database::Statement& statement_;
};

class PreparedLookup final : public Lookup {
 public:
  PreparedLookup(database::Connection& connection, std::string sql) : connection_(connection), sql_(std::move(sql)) {}

  void find(std::initializer_list<Value> parameters, const std::function<void(const ResultRow&)>& use) override {
    ask(parameters, [&](const ResultRow& row) {
      use(row);
      return true;
    });
  }

  bool exists(std::initializer_list<Value> parameters) override {
    bool found = false;
    ask(parameters, [&](const ResultRow&) {
      found = true;
      return false;
    });
    return found;
  }

 private:
  void ask(std::initializer_list<Value> parameters, const std::function<bool(const ResultRow&)>& use) {
    if (statement_.handle() == nullptr) statement_ = must(connection_.prepare(sql_));
    int position = 0;
    for (const Value& parameter : parameters) statement_.bind(++position, parameter);
    const StatementRow row(statement_);
    while (must(statement_.step())) {
      if (!use(row)) break;
    }
    statement_.reset();
  }

  database::Connection& connection_;
  std::string sql_;
  database::Statement statement_;
};

}  // namespace

SqliteOperations::SqliteOperations(database::Connection& connection, const database::Schema& source,
                                   OpenSource open_source, Environment& environment)
    : connection_(connection), open_source_(std::move(open_source)), environment_(environment) {
  for (const auto& [name, definition] : source.tables) tables_.emplace(name, state_in_source(definition));
}

SqliteOperations::~SqliteOperations() = default;

TableState& SqliteOperations::state(std::string_view name) {
  const auto found = tables_.find(name);
  if (found == tables_.end()) throw std::logic_error(fmt::format("{}: there is no table {}", revision(), name));
  return found->second;
}

const database::Table* SqliteOperations::table(std::string_view name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second.definition;
}

database::Schema SqliteOperations::schema() const {
  database::Schema schema;
  for (const auto& [name, table] : tables_) {
    if (std::ranges::find(dropped_, name) == dropped_.end()) schema.tables.emplace(name, table.definition);
  }
  return schema;
}

void SqliteOperations::execute_now(const std::string& sql) { must(connection_.execute(sql)); }

// Rows.

void SqliteOperations::rewrite_rows(std::string_view name, std::unique_ptr<RowStep> step) {
  TableState& table = state(name);
  auto queued = std::make_unique<QueuedStep>();
  *queued = {std::move(step), table.slot_names(), next_number_++, std::string(revision())};
  table.steps.push_back(std::move(queued));
}

Inserter& SqliteOperations::insert_into(std::string_view name, Names columns, std::string_view from) {
  state(name);
  if (from.empty())
    settle(name);
  else
    state(from);
  inserters_.push_back(
      std::make_unique<EmittingInserter>(*this, std::string(name), std::string(from), columns, next_number_++));
  return *inserters_.back();
}

void SqliteOperations::read(std::initializer_list<std::string_view> tables, std::string_view sql,
                            const std::function<void(const ResultRow&)>& use, std::initializer_list<Value> parameters) {
  for (const std::string_view table : tables) settle(table);
  auto statement = must(connection_.prepare(sql));
  int position = 0;
  for (const Value& parameter : parameters) statement.bind(++position, parameter);
  const StatementRow row(statement);
  while (must(statement.step())) use(row);
}

std::int64_t SqliteOperations::execute(std::initializer_list<std::string_view> tables, std::string_view sql,
                                       std::initializer_list<Value> parameters) {
  for (const std::string_view table : tables) settle(table);
  auto statement = must(connection_.prepare(sql));
  must(statement.run(parameters));
  return must(connection_.query_integer("SELECT changes()")).value_or(0);
}

std::unique_ptr<Lookup> SqliteOperations::lookup(std::string_view name, std::string_view key_column,
                                                 std::string_view sql) {
  TableState& table = state(name);
  table.index_early = true;
  if (!table.schema.empty() && !has_index_on(table, key_column)) {
    materialise(table);
    build_indexes(table);
    if (!has_index_on(table, key_column)) {
      execute_now(fmt::format("CREATE INDEX main.{} ON {} ({})",
                              quote_identifier(fmt::format("{}{}_{}", temporary_prefix, name, key_column)),
                              quote_identifier(name), quote_identifier(key_column)));
    }
  }
  std::string text(sql);
  const std::string place = qualified(table.schema.empty() ? "main" : table.schema,
                                      table.schema.empty() ? std::string(name) : table.physical_name);
  for (auto at = text.find("{table}"); at != std::string::npos; at = text.find("{table}", at + place.size())) {
    text.replace(at, std::string_view("{table}").size(), place);
  }
  return std::make_unique<PreparedLookup>(connection_, std::move(text));
}

bool SqliteOperations::has_index_on(const TableState& table, std::string_view column) {
  return must(connection_.query_integer(
                  "SELECT 1 FROM pragma_index_list(?1, ?2) AS list JOIN pragma_index_info(list.name, ?2) AS info "
                  "WHERE info.seqno = 0 AND info.name = ?3 AND NOT list.partial",
                  {Value::text(table.physical_name), Value::text(table.schema), Value::text(column)}))
      .has_value();
}

void SqliteOperations::materialise(TableState& table) {
  if (!table.waiting()) return;
  if (!in_pass_.insert(table.definition.name).second) {
    throw std::logic_error(
        fmt::format("{}: {} is asked for while its rows are moving", revision(), table.definition.name));
  }
  for (const auto& inserter : inserters_) {
    if (inserter->finished() || inserter->from() != table.definition.name) continue;
    TableState& target = state(inserter->table());
    materialise(target);
    // insert_new() asks the unique indexes. The others are filled along with the rows, too: these come in the order of
    // what they belong to, so little is gained by sorting; and a later scan for each index would have to read the
    // pages of `table`, among which the rows lie.
    build_indexes(target);
  }
  for (const auto& inserter : inserters_) {
    if (!inserter->finished() && inserter->from() == table.definition.name) inserter->prepare();
  }
  move_rows(table);
  for (const auto& inserter : inserters_) {
    if (inserter->from() == table.definition.name) inserter->finish();
  }
  if (table.index_early) build_indexes(table);
  in_pass_.erase(table.definition.name);
}

void SqliteOperations::move_rows(TableState& table) {
  const std::string name = table.definition.name;
  const bool rebuilding = table.schema == "main";
  const std::string target = rebuilding ? std::string(temporary_prefix) + name : name;
  execute_now(table.definition.sql.empty() || rebuilding ? database::render_create_table(table.definition, target)
                                                         : table.definition.sql);
  // Rows are few where they are large. To index those afterwards would mean to fetch each of their pages again, once
  // for each index.
  const bool index_along = table.schema == "source" && table.steps_done < table.steps.size() &&
                           count_rows(connection_, table) <= rows_indexed_along;
  if (index_along) build_indexes(table);
  copy_rows(connection_, open_source_, table, qualified("main", target), running_,
            [&](std::int64_t done, std::int64_t total) { environment_.progress(name, done, total); });
  if (rebuilding) {
    execute_now(fmt::format("DROP TABLE main.{}", quote_identifier(table.physical_name)));
    execute_now(fmt::format("ALTER TABLE main.{} RENAME TO {}", quote_identifier(target), quote_identifier(name)));
  }
  const auto built = index_along ? table.built_indexes : decltype(table.built_indexes){};
  table.settle_in_main();
  table.built_indexes = built;
}

void SqliteOperations::settle(std::string_view name) {
  std::vector<std::string> writers;
  for (const auto& inserter : inserters_) {
    if (inserter->table() == name && !inserter->finished()) writers.push_back(inserter->from());
  }
  for (const std::string& writer : writers) {
    if (!in_pass_.contains(writer)) materialise(state(writer));
  }
  TableState& table = state(name);
  materialise(table);
  build_indexes(table);
}

void SqliteOperations::create_index_now(TableState& table, const database::Index& index) {
  if (!table.built_indexes.insert(index.name).second) return;
  execute_now(index.sql.empty() ? database::render_create_index(index, table.definition.name) : index.sql);
}

void SqliteOperations::build_indexes(TableState& table) {
  for (const database::Index& index : table.definition.indexes) create_index_now(table, index);
}

void SqliteOperations::finish() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : tables_) names.push_back(name);
  for (const std::string& name : names) materialise(state(name));
  for (const std::string& name : dropped_) execute_now(fmt::format("DROP TABLE main.{}", quote_identifier(name)));
  std::erase_if(names, [&](const auto& name) { return std::ranges::find(dropped_, name) != dropped_.end(); });
  for (const std::string& name : names) {
    environment_.progress(fmt::format("indexes of {}", name), 0, 0);
    build_indexes(state(name));
  }
  auto temporary = must(connection_.prepare(
      fmt::format("SELECT name FROM main.sqlite_schema WHERE type = 'index' AND name LIKE '{}%'", temporary_prefix)));
  std::vector<std::string> leftovers;
  while (must(temporary.step())) leftovers.push_back(temporary.text(0));
  temporary.reset();
  for (const std::string& index : leftovers) execute_now("DROP INDEX main." + quote_identifier(index));
}

}  // namespace liftlock::migration::sqlite
