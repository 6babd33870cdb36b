#include "migration/postgres/operations.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "database/sqlite.hpp"
#include "migration/postgres/inserter.hpp"
#include "migration/postgres/pass.hpp"

namespace liftlock::migration::postgres {

using database::quote_identifier;

namespace {

class AnswerRow final : public ResultRow {
 public:
  AnswerRow(const pg::Answer& answer, int row) : answer_(answer), row_(row) {}
  Value operator[](int column) const override { return answer_.value(row_, column); }

 private:
  const pg::Answer& answer_;
  int row_;
};

bool is_storable(std::initializer_list<Value> values) {
  return std::ranges::none_of(values,
                              [](const Value& value) { return value.bytes().find('\0') != std::string_view::npos; });
}

}  // namespace

class PreparedLookup final : public Lookup {
 public:
  PreparedLookup(PostgresOperations& operations, std::string table, std::string sql, std::string name)
      : op_(operations), table_(std::move(table)), sql_(std::move(sql)), name_(std::move(name)) {}

  void find(std::initializer_list<Value> parameters, const std::function<void(const ResultRow&)>& use) override {
    if (!is_storable(parameters)) return;
    const pg::Answer answer = ask(parameters);
    for (int row = 0; row < answer.rows(); ++row) use(AnswerRow(answer, row));
  }

  bool exists(std::initializer_list<Value> parameters) override {
    return is_storable(parameters) && ask(parameters).rows() > 0;
  }

 private:
  pg::Answer ask(std::initializer_list<Value> parameters) {
    op_.flush(table_);
    if (!std::exchange(is_prepared_, true)) must(op_.connection_.prepare(name_, sql_));
    return must(op_.connection_.query_prepared(name_, parameters));
  }

  PostgresOperations& op_;
  std::string table_;
  std::string sql_;
  std::string name_;
  bool is_prepared_ = false;
};

PostgresOperations::PostgresOperations(pg::Connection& connection, Environment& environment)
    : connection_(connection), environment_(environment), reader_(connection), defaults_(connection, background_) {
  for (auto& [name, table] : must(pg::read_schema(connection)).tables) {
    tables_[name].known = std::move(table);
    renamed_[name] = name;
  }
}

PostgresOperations::~PostgresOperations() = default;

TableState& PostgresOperations::state(std::string_view name) {
  const auto found = tables_.find(name);
  if (found == tables_.end()) throw std::logic_error(fmt::format("{}: there is no table {}", revision(), name));
  return found->second;
}

const database::Table* PostgresOperations::table(std::string_view name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second.known;
}

const database::Table& PostgresOperations::definition(std::string_view name) { return state(name).known; }

void PostgresOperations::read_again(std::string_view name) {
  TableState& table = state(name);
  auto read = must(reader_.read(name));
  if (!read) throw std::logic_error(fmt::format("the table {} is gone", name));
  table.known = *std::move(read);  // in place: revisions hold references to it
  for (const database::Index& index : table.deferred) table.known.indexes.push_back(index);
  for (const database::ForeignKey& key : table.put_off) table.known.foreign_keys.push_back(key);
}

void PostgresOperations::change(std::string_view name, const std::string& sql) {
  flush(name);
  must(connection_.execute(sql));
  read_again(name);
  for (const auto& inserter : inserters_) {
    if (inserter->table() == name) inserter->forget();
  }
}

// Rows.

void PostgresOperations::rewrite_rows(std::string_view name, std::unique_ptr<RowStep> step) {
  state(name).steps.push_back(
      {std::move(step), next_number_++, std::string(revision()), std::exchange(looked_at_, {})});
}

Inserter& PostgresOperations::insert_into(std::string_view name, Names columns, std::string_view from) {
  state(name);
  if (from.empty())
    settle(name);
  else
    state(from);
  put_off_keys(name);
  inserters_.push_back(
      std::make_unique<CopyInserter>(*this, std::string(name), std::string(from), std::move(columns), next_number_++));
  return *inserters_.back();
}

void PostgresOperations::flush(std::string_view name) {
  background_.wait();
  for (const auto& inserter : inserters_) {
    if (name.empty() || inserter->table() == name) inserter->flush();
  }
}

void PostgresOperations::send(const Lines& lines) {
  moves_[lines.table].inserted += must(connection_.copy_in(lines.sql, lines.text));
}

void PostgresOperations::run_steps(std::string_view table_name) {
  const std::string name(table_name);
  if (!state(name).waiting() || in_pass_.contains(name)) return;
  in_pass_.insert(name);
  // They are to find the rows as they were before the steps of this table.
  std::vector<std::string> lookers;
  for (const auto& [other, table] : tables_) {
    if (other == name) continue;
    for (std::size_t i = table.steps_done; i < table.steps.size(); ++i) {
      if (table.steps[i].looks_at.contains(name)) {
        lookers.push_back(other);
        break;
      }
    }
  }
  for (const std::string& other : lookers) run_steps(other);
  const std::size_t steps = state(name).steps.size();
  Pass(*this, name).run();
  state(name).steps_done = steps;
  for (const auto& inserter : inserters_) {
    if (inserter->from() == name) inserter->finish();
  }
  in_pass_.erase(name);
}

void PostgresOperations::settle(std::string_view table_name) {
  const std::string name(table_name);
  std::vector<std::string> writers;
  for (const auto& inserter : inserters_) {
    if (inserter->table() == name && !inserter->finished()) writers.push_back(inserter->from());
  }
  // Their rows go through the steps of this table that were queued later; those that are here already come first.
  run_steps(name);
  for (const std::string& writer : writers) run_steps(writer);
  flush(name);
}

void PostgresOperations::come_to_rest(std::string_view table_name) {
  const std::string name(table_name);
  settle(name);
  std::vector<std::string> lookers;
  for (const auto& [other, table] : tables_) {
    for (std::size_t i = table.steps_done; i < table.steps.size(); ++i) {
      if (table.steps[i].looks_at.contains(name)) lookers.push_back(other);
    }
  }
  for (const std::string& other : lookers) run_steps(other);
  make_keys(name);
}

void PostgresOperations::read(std::initializer_list<std::string_view> tables, std::string_view sql,
                              const std::function<void(const ResultRow&)>& use,
                              std::initializer_list<Value> parameters) {
  background_.wait();
  for (const std::string_view table : tables) settle(table);
  const pg::Answer answer = must(connection_.query(pg::translate_sql(sql), parameters));
  for (int row = 0; row < answer.rows(); ++row) use(AnswerRow(answer, row));
}

std::int64_t PostgresOperations::execute(std::initializer_list<std::string_view> tables, std::string_view sql,
                                         std::initializer_list<Value> parameters) {
  for (const std::string_view table : tables) {
    settle(table);
    make_keys(table);
    state(table).is_made_here = false;  // what it inserts, nobody has seen
  }
  background_.wait();
  const std::int64_t rows = must(connection_.query(pg::translate_sql(sql), parameters)).affected();
  RowMoves& moves = moves_[std::string(*tables.begin())];
  if (sql.starts_with("INSERT"))
    moves.inserted += rows;
  else if (sql.starts_with("DELETE"))
    moves.deleted += rows;
  return rows;
}

std::unique_ptr<Lookup> PostgresOperations::lookup(std::string_view name, std::string_view key_column,
                                                   std::string_view sql) {
  const TableState& looked = state(name);
  if (in_pass_.empty()) looked_at_.emplace(name);
  if (!looked.deferred.empty()) build_deferred(name);
  const database::Table& table = definition(name);
  const auto leads = [&](const std::vector<std::string>& columns) {
    return !columns.empty() && columns.front() == key_column;
  };
  const bool has_index =
      (table.primary_key && leads(table.primary_key->columns)) ||
      std::ranges::any_of(table.unique_constraints, [&](const auto& unique) { return leads(unique.columns); }) ||
      std::ranges::any_of(table.indexes, [&](const auto& index) { return !index.where && leads(index.columns); });
  if (!has_index && !in_pass_.contains(name)) {
    const std::string index = fmt::format("_liftlock_tmp_{}_{}", name, key_column);
    if (std::ranges::find(temporary_indexes_, index) == temporary_indexes_.end()) {
      flush(name);
      must(connection_.execute(fmt::format("CREATE INDEX {} ON {} ({})", quote_identifier(index),
                                           quote_identifier(name), quote_identifier(key_column))));
      temporary_indexes_.push_back(index);
    }
  }
  std::string text = pg::translate_sql(sql);
  const std::string place = quote_identifier(name);
  for (auto at = text.find("{table}"); at != std::string::npos; at = text.find("{table}", at + place.size())) {
    text.replace(at, std::string_view("{table}").size(), place);
  }
  return std::make_unique<PreparedLookup>(*this, std::string(name), std::move(text),
                                          fmt::format("liftlock_{}", next_number_++));
}

void PostgresOperations::build_deferred(std::string_view name) {
  TableState& table = state(name);
  if (table.deferred.empty()) return;
  const std::vector<database::Index> indexes = std::exchange(table.deferred, {});
  flush(name);
  environment_.progress(fmt::format("indexes of {}", name), 0, 0);
  for (const database::Index& index : indexes) must(connection_.execute(pg::render_create_index(index, table.known)));
  read_again(name);
}

void PostgresOperations::finish() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : tables_) names.push_back(name);
  for (const std::string& name : names) run_steps(name);
  flush({});
  for (const std::string& name : names) build_deferred(name);
  for (const std::string& name : names) make_keys(name);
  for (const std::string& index : temporary_indexes_) {
    must(connection_.execute("DROP INDEX IF EXISTS " + quote_identifier(index)));
  }
}

}  // namespace liftlock::migration::postgres
