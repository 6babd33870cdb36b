#include "migration/postgres/inserter.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "database/sqlite.hpp"
#include "migration/postgres/binary_row.hpp"

namespace liftlock::migration::postgres {

using database::quote_identifier;

namespace {

/// Rows are sent when so much has come together, if not before.
constexpr std::size_t portion = 8 << 20;

}  // namespace

CopyInserter::CopyInserter(PostgresOperations& operations, std::string table, std::string from, Names columns,
                           int number)
    : operations_(operations),
      table_(std::move(table)),
      from_(std::move(from)),
      columns_(std::move(columns)),
      number_(number),
      finished_(from_.empty()) {}

void CopyInserter::rename(std::string name) {
  flush();
  forget();
  table_ = std::move(name);
}

bool CopyInserter::take(std::initializer_list<Value> values) {
  if (!row_) {
    flush();
    definition_ = operations_.definition(table_);
    row_.emplace(*definition_, operations_.defaults_);
  }
  row_->begin_new();
  auto column = columns_.begin();
  for (const Value& value : values) row_->set(*column++, value);
  for (const QueuedStep& queued : operations_.state(table_).steps) {
    if (queued.number < number_) continue;
    const std::string_view outer = std::exchange(operations_.running_, queued.revision);
    queued.step->apply(*row_);
    operations_.running_ = outer;
    if (row_->dropped()) return false;
  }
  return true;
}

Value CopyInserter::fitted(std::size_t column, std::string& scratch) {
  bool replaced = false;
  const Value value = Fitter::fit(row_->at(column), definition_->columns[column], scratch, replaced);
  if (replaced) {
    operations_.note(table_, "unstorable-bytes",
                     "{} texts held 0x00 or broken UTF-8, which PostgreSQL cannot store; U+FFFD stands for them.");
  }
  return value;
}

std::vector<std::size_t> CopyInserter::set_columns() const {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < definition_->columns.size(); ++i) {
    if (row_->touched()[i]) columns.push_back(i);
  }
  return columns;
}

std::string CopyInserter::names_of(const std::vector<std::size_t>& columns) const {
  std::vector<std::string> names;
  for (const std::size_t column : columns) names.push_back(quote_identifier(definition_->columns[column].name));
  return fmt::format("{}", fmt::join(names, ", "));
}

void CopyInserter::collect() {
  const std::vector<std::size_t> set = set_columns();
  std::vector<const database::Column*> columns;
  std::vector<Value> values;
  std::vector<std::string> scratch(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) {
    columns.push_back(&definition_->columns[set[i]]);
    values.push_back(fitted(set[i], scratch[i]));
  }
  Waiting& waiting = waiting_[names_of(set)];
  const std::size_t before = waiting.binary.size() + waiting.text.size();
  if (waiting.binary.empty()) waiting.binary = binary_begin;
  if (!append_binary_row(waiting.binary, columns, values)) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) waiting.text += '\t';
      database::postgres::copy_value(waiting.text, values[i]);
    }
    waiting.text += '\n';
  }
  waiting_bytes_ += waiting.binary.size() + waiting.text.size() - before;
  // In the order of the inserters: rows may refer to those of another one.
  if (waiting_bytes_ > portion) operations_.flush({});
}

void CopyInserter::flush() {
  operations_.background_.wait();
  std::vector<Lines> all;
  take_lines(all);
  for (const Lines& lines : all) operations_.send(lines);
}

void CopyInserter::take_lines(std::vector<Lines>& all) {
  if (waiting_bytes_ == 0) return;
  for (auto& [names, waiting] : waiting_) {
    const std::string sql = fmt::format("COPY {} ({}) FROM STDIN", quote_identifier(table_), names);
    if (waiting.binary.size() > binary_begin.size()) {
      waiting.binary += binary_end;
      all.push_back({table_, sql + " WITH (FORMAT binary)", std::move(waiting.binary)});
    }
    if (!waiting.text.empty()) all.push_back({table_, sql, std::move(waiting.text)});
    waiting = {};
  }
  waiting_bytes_ = 0;
}

bool CopyInserter::keys_are_new() {
  bool all_new = true;
  const auto look = [&](const std::vector<std::string>& key) {
    std::string text = fmt::format("{}|{}", table_, fmt::join(key, "|"));
    for (const std::string& column : key) {
      const Value value = row_->get(column);
      if (value.is_null()) return;  // equals nothing
      text += '\0';
      database::postgres::copy_value(text, value);
    }
    if (!operations_.seen_.add(text)) all_new = false;
  };
  if (definition_->primary_key) look(definition_->primary_key->columns);
  for (const auto& unique : definition_->unique_constraints) look(unique.columns);
  const auto look_at_index = [&](const database::Index& index) {
    if (!index.unique) return;
    const bool is_plain =
        std::ranges::all_of(index.columns, [&](const auto& column) { return definition_->column(column) != nullptr; });
    if (is_plain)
      look(index.columns);  // a partial index is taken for a whole one: the server has the last word
    else
      all_new = false;
  };
  for (const auto& index : definition_->indexes) look_at_index(index);
  return all_new;
}

bool CopyInserter::insert_unless_there() {
  operations_.build_deferred(table_);
  operations_.flush(table_);
  const std::vector<std::size_t> columns = set_columns();
  std::vector<std::string> marks;
  std::vector<Value> values;
  std::vector<std::string> scratch(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    marks.push_back(fmt::format("${}", i + 1));
    values.push_back(fitted(columns[i], scratch[i]));
  }
  const auto answer = must(
      operations_.connection_.query(fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
                                                quote_identifier(table_), names_of(columns), fmt::join(marks, ", ")),
                                    values));
  operations_.moves_[table_].inserted += answer.affected();
  return answer.affected() == 1;
}

void CopyInserter::insert(std::initializer_list<Value> values) {
  if (!take(values)) return;
  keys_are_new();
  collect();
}

bool CopyInserter::insert_new(std::initializer_list<Value> values) {
  if (!take(values)) return true;
  if (keys_are_new() && operations_.state(table_).is_made_here) {
    collect();
    return true;
  }
  return insert_unless_there();
}

}  // namespace liftlock::migration::postgres
