#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "database/sqlite.hpp"
#include "migration/operations.hpp"
#include "migration/sqlite/table_state.hpp"

namespace liftlock::migration::sqlite {

/// The value, or an OperationFailed out of the migration: revisions are written without error paths.
template <class T>
T must(Result<T> result) {
  if (!result) throw OperationFailed(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// A row on its way: one value a slot. Serves each step under the names that the step knows.
class SlotRow final : public Row {
 public:
  explicit SlotRow(std::size_t slots) : values_(slots) {}

  void begin_row();
  void use_names(const SlotNames& names) { names_ = &names; }
  void use_prepared(const void* prepared) { prepared_ = prepared; }
  void put(std::size_t slot, const Value& value) { values_[slot] = value; }
  [[nodiscard]] const Value& at(std::size_t slot) const { return values_[slot]; }
  [[nodiscard]] bool dropped() const { return dropped_; }

  [[nodiscard]] Value get(std::string_view column) const override;
  void set(std::string_view column, const Value& value) override;
  void drop() override { dropped_ = true; }
  [[nodiscard]] std::any& attachment(std::string_view name) override;
  [[nodiscard]] const void* prepared() const override { return prepared_; }

 private:
  std::vector<Value> values_;
  const void* prepared_ = nullptr;
  const SlotNames* names_ = nullptr;
  std::deque<std::string> copies_;  // bytes of values that steps have set
  std::map<std::string, std::any, std::less<>> attachments_;
  bool dropped_ = false;
};

/// The values that columns added with a server default take in rows that were there before; one a slot.
class SlotDefaults {
 public:
  SlotDefaults(database::Connection& connection, const TableState& state);
  /// The value of a slot that the old rows do not have.
  [[nodiscard]] const Value& of(std::size_t slot) const { return values_[slot]; }

 private:
  std::vector<Value> values_;
  std::deque<std::string> texts_;
};

/// Whether the values of this column are computed, so that it cannot be written.
[[nodiscard]] bool is_generated(const database::Column& column);
/// The name under which the rowid of this table can be read and must be carried over; empty where it has none or a
/// column is an alias of it. (https://www.sqlite.org/lang_createtable.html#rowid)
[[nodiscard]] std::string rowid_name(const database::Table& table, const std::vector<std::string>& origin_columns);

/// Another connection to the source's file, which sees the same rows; empty where there can be none.
using OpenSource = std::function<Result<database::Connection>()>;

/// Copies the rows of `state` from where they are into `target` (a quoted, qualified name; its table is there and
/// has the columns of state.definition), through the steps that wait on it; rows of the source are read ahead where
/// `open_source` can be called. `running` is the revision of the step at work; `progress` hears of the rows read.
void copy_rows(database::Connection& connection, const OpenSource& open_source, TableState& state,
               const std::string& target, std::string_view& running,
               const std::function<void(std::int64_t done, std::int64_t total)>& progress);

[[nodiscard]] std::int64_t count_rows(database::Connection& connection, const TableState& state);

}  // namespace liftlock::migration::sqlite
