#pragma once

#include <any>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "database/postgres.hpp"
#include "database/schema.hpp"
#include "migration/operations.hpp"
#include "migration/postgres/background.hpp"

namespace liftlock::migration::postgres {

namespace pg = database::postgres;

/// The value of a Result; its error is thrown as OperationFailed.
template <class T>
T must(Result<T>&& result) {
  if (!result) throw OperationFailed(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// What the server makes of a column's DEFAULT, asked once a column.
class Defaults {
 public:
  Defaults(pg::Connection& connection, Background& background) : connection_(connection), background_(background) {}
  [[nodiscard]] Value of(const database::Column& column);

 private:
  pg::Connection& connection_;
  Background& background_;  // may be using the connection
  std::map<std::string, pg::Answer> known_;
};

/// A row under way through steps: what was there, and what steps have set.
class MovingRow final : public Row {
 public:
  MovingRow(const database::Table& table, Defaults& defaults);

  /// A row of the table; its values start at `first_column` of the answer, in the order of the table's columns.
  void begin(const pg::Answer& answer, int row, int first_column);
  /// A row that is not there yet: what nobody sets takes its default.
  void begin_new();

  [[nodiscard]] Value get(std::string_view column) const override;
  void set(std::string_view column, const Value& value) override;
  void drop() override { dropped_ = true; }
  [[nodiscard]] std::any& attachment(std::string_view name) override;

  [[nodiscard]] bool dropped() const { return dropped_; }
  /// Which columns were set since begin().
  [[nodiscard]] const std::vector<bool>& touched() const { return touched_; }
  [[nodiscard]] bool is_touched() const { return touched_any_; }
  [[nodiscard]] const Value& at(std::size_t column) const { return values_[column]; }
  [[nodiscard]] const database::Table& table() const { return table_; }

 private:
  void begin_row();
  [[nodiscard]] std::size_t position(std::string_view column) const;

  const database::Table& table_;
  Defaults& defaults_;
  std::vector<Value> values_;
  std::vector<bool> touched_;
  std::deque<std::string> bytes_;
  std::map<std::string, std::any, std::less<>> attachments_;
  bool dropped_ = false;
  bool touched_any_ = false;
  bool is_new_ = false;
};

/// Makes values fit for a column of PostgreSQL, which is stricter than SQLite: text there is UTF-8 without 0x00.
class Fitter {
 public:
  /// The value to write; views stay valid until the next call with the same `scratch`. `replaced` is set where bytes
  /// had to be replaced by U+FFFD.
  [[nodiscard]] static Value fit(const Value& value, const database::Column& column, std::string& scratch,
                                 bool& replaced);
};

/// Remembers keys in a fixed space: "certainly not seen" or "perhaps seen".
class SeenKeys {
 public:
  /// Adds the key; true where it was certainly not there before.
  bool add(std::string_view key);

 private:
  std::vector<std::uint64_t> bits_;
};

}  // namespace liftlock::migration::postgres
