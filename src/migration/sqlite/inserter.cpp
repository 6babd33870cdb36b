#include "migration/sqlite/inserter.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <utility>

#include "migration/sqlite/operations.hpp"

namespace liftlock::migration::sqlite {

EmittingInserter::EmittingInserter(SqliteOperations& operations, std::string table, std::string from,
                                   const Names& columns, int number)
    : operations_(operations),
      table_(std::move(table)),
      from_(std::move(from)),
      number_(number),
      finished_(from_.empty()) {
  names_ = operations_.state(table_).slot_names();
  for (const std::string& column : columns) value_slots_.push_back(find_slot(names_, column));
}

void EmittingInserter::prepare() {
  const TableState& target = operations_.state(table_);
  std::vector<std::string> names;
  std::vector<const char*> marks;
  column_slots_.clear();
  for (std::size_t i = 0; i < target.definition.columns.size(); ++i) {
    if (is_generated(target.definition.columns[i])) continue;
    names.push_back(database::quote_identifier(target.definition.columns[i].name));
    marks.push_back("?");
    column_slots_.push_back(static_cast<std::size_t>(target.column_slots[i]));
  }
  statement_ = must(operations_.connection_.prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})",
                                                                qualified("main", target.physical_name),
                                                                fmt::join(names, ", "), fmt::join(marks, ", "))));
  row_.emplace(target.slots.size());
  // Every column that the writer does not name takes its default, as in an INSERT that leaves it out.
  TableState all_new = state_of_new(target.definition);
  for (std::size_t i = 0; i < target.slots.size(); ++i) {
    if (i >= all_new.slots.size()) all_new.slots.push_back(target.slots[i]);
    all_new.slots[i] = {-1, target.slots[i].default_sql};
  }
  defaults_.emplace(operations_.connection_, all_new);
}

bool EmittingInserter::write(std::initializer_list<Value> values, bool* existed) {
  if (!row_) prepare();
  TableState& target = operations_.state(table_);
  row_->begin_row();
  for (std::size_t slot = 0; slot < target.slots.size(); ++slot) row_->put(slot, defaults_->of(slot));
  auto slot = value_slots_.begin();
  for (const Value& value : values) row_->put(static_cast<std::size_t>(*slot++), value);
  for (const auto& queued : target.steps) {
    if (queued->number < number_) continue;
    row_->use_names(queued->names);
    const std::string_view outer = std::exchange(operations_.running_, queued->revision);
    queued->step->apply(*row_);
    operations_.running_ = outer;
    if (row_->dropped()) return false;
  }
  int parameter = 0;
  for (const std::size_t column : column_slots_) statement_.bind(++parameter, row_->at(column));
  auto done = statement_.run({});
  if (done) return true;
  const int code = sqlite3_extended_errcode(operations_.connection_.handle());
  const bool duplicate =
      code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID;
  if (!duplicate || existed == nullptr) throw OperationFailed(std::move(done).error());
  *existed = true;
  return false;
}

void EmittingInserter::insert(std::initializer_list<Value> values) { write(values, nullptr); }

bool EmittingInserter::insert_new(std::initializer_list<Value> values) {
  bool existed = false;
  write(values, &existed);
  return !existed;
}

}  // namespace liftlock::migration::sqlite
