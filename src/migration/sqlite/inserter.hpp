#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database/sqlite.hpp"
#include "migration/operations.hpp"
#include "migration/sqlite/pass.hpp"
#include "migration/sqlite/table_state.hpp"

namespace liftlock::migration::sqlite {

class SqliteOperations;

/// Writes rows into a table in the form that it has by now, through the steps that were queued on it after this
/// inserter was made: a row written by an early revision goes the same way as the rows that were there before.
class EmittingInserter final : public Inserter {
 public:
  EmittingInserter(SqliteOperations& operations, std::string table, std::string from, const Names& columns, int number);

  void insert(std::initializer_list<Value> values) override;
  [[nodiscard]] bool insert_new(std::initializer_list<Value> values) override;

  [[nodiscard]] const std::string& from() const { return from_; }
  [[nodiscard]] const std::string& table() const { return table_; }
  void rename(std::string name) { table_ = std::move(name); }
  void rename_from(std::string name) { from_ = std::move(name); }
  /// Makes ready for a pass over the table that it is fed from; the table it writes into is in `main` by now.
  void prepare();
  /// The pass is over: the inserter is kept only for steps that still run on rows written by others.
  void finish() { finished_ = true; }
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  /// False: a step left the row out, or the database said that it is there already.
  bool write(std::initializer_list<Value> values, bool* existed);

  SqliteOperations& operations_;
  std::string table_;
  std::string from_;
  SlotNames names_;
  std::vector<int> value_slots_;
  int number_;
  bool finished_;
  std::optional<SlotRow> row_;
  std::optional<SlotDefaults> defaults_;
  std::vector<std::size_t> column_slots_;
  database::Statement statement_;
};

}  // namespace liftlock::migration::sqlite
