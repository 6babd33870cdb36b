#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "migration/postgres/operations.hpp"

namespace liftlock::migration::postgres {

/// Rows for one COPY.
struct Lines {
  std::string table;
  std::string sql;
  std::string text;
};

/// Collects rows for a table and sends them by COPY, through the steps that were queued on that table after this
/// inserter was made: a row written by an early revision goes the same way as the rows that were there before.
class CopyInserter final : public Inserter {
 public:
  CopyInserter(PostgresOperations& operations, std::string table, std::string from, Names columns, int number);

  void insert(std::initializer_list<Value> values) override;
  [[nodiscard]] bool insert_new(std::initializer_list<Value> values) override;

  [[nodiscard]] const std::string& table() const { return table_; }
  [[nodiscard]] const std::string& from() const { return from_; }
  void rename(std::string name);
  void rename_from(std::string name) { from_ = std::move(name); }
  [[nodiscard]] bool finished() const { return finished_; }
  void finish() { finished_ = true; }
  /// The table's definition has changed.
  void forget() { row_.reset(); }

  void flush();
  /// Gives away the rows that have been collected.
  void take_lines(std::vector<Lines>& lines);

 private:
  /// False where a step left the row out.
  bool take(std::initializer_list<Value> values);
  void collect();
  /// Adds the row's keys to those seen; true where all of them are certainly new.
  bool keys_are_new();
  bool insert_unless_there();
  [[nodiscard]] Value fitted(std::size_t column, std::string& scratch);
  [[nodiscard]] std::vector<std::size_t> set_columns() const;
  [[nodiscard]] std::string names_of(const std::vector<std::size_t>& columns) const;

  PostgresOperations& operations_;
  std::string table_;
  std::string from_;
  Names columns_;
  int number_;
  bool finished_;
  std::optional<database::Table> definition_;
  std::optional<MovingRow> row_;
  /// Rows of one list of columns: in the binary form, and those that do not have it.
  struct Waiting {
    std::string binary, text;
  };
  std::map<std::string, Waiting> waiting_;  // by the list of columns
  std::size_t waiting_bytes_ = 0;
};

}  // namespace liftlock::migration::postgres
