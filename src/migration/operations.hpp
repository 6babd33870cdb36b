#pragma once

#include <any>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/dialect.hpp"
#include "database/schema.hpp"
#include "database/value.hpp"
#include "migration/definitions.hpp"
#include "migration/environment.hpp"
#include "migration/sql_step.hpp"

namespace liftlock::migration {

using database::Value;

/// Thrown by Operations when the database says no; the runner catches it and names the revision. Revisions themselves
/// neither catch nor test for it.
class OperationFailed : public std::runtime_error {
 public:
  explicit OperationFailed(Error error) : std::runtime_error(error.what), error_(std::move(error)) {}
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

/// One row on its way from the old form of its table to the new one. Column names are those that the table had when
/// the step was given to rewrite_rows(). Views stay valid until the next row.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual Value get(std::string_view column) const = 0;
  [[nodiscard]] std::string_view text(std::string_view column) const { return get(column).bytes(); }
  /// Copies the value's bytes.
  virtual void set(std::string_view column, const Value& value) = 0;
  /// Leaves the row out of the new table; the steps after this one do not see it.
  virtual void drop() = 0;
  /// A place where one step leaves something about this row for a later step of the same pass (a parsed document,
  /// the messages just written). Empty at every new row.
  [[nodiscard]] virtual std::any& attachment(std::string_view name) = 0;
  /// What the step's RowPreparer made of this row; nullptr where it was not asked.
  [[nodiscard]] virtual const void* prepared() const { return nullptr; }
};

/// The part of a step that takes long and needs nothing but a row's old values (parsing a document). It runs ahead of
/// apply(), on another thread: it may touch neither its step, nor Operations, nor what belongs to them.
class RowPreparer {
 public:
  virtual ~RowPreparer() = default;
  /// `old` has the values from before all steps; columns that are not in the old rows are NULL. Its values stay where
  /// they are until apply() is over. The answer may be nullptr.
  [[nodiscard]] virtual std::shared_ptr<const void> prepare(const Row& old) = 0;
};

/// Writes rows into a table that is not the one being rewritten. Owned by Operations.
class Inserter {
 public:
  virtual ~Inserter() = default;
  /// The values of the columns named at insert_into(), in that order. Throws OperationFailed.
  virtual void insert(std::initializer_list<Value> values) = 0;
  /// The same, but false where a UNIQUE or PRIMARY KEY constraint says that the row is there already.
  [[nodiscard]] virtual bool insert_new(std::initializer_list<Value> values) = 0;
};

/// What a revision does to each row of one table. All steps waiting on a table run in one pass over it.
class RowStep {
 public:
  virtual ~RowStep() = default;
  virtual void begin() {}
  /// Made once a pass. Not every row is prepared: apply() must do without, too, and must see for itself whether an
  /// earlier step has set what was prepared.
  [[nodiscard]] virtual std::unique_ptr<RowPreparer> preparer() const { return nullptr; }
  virtual void apply(Row& row) = 0;
  /// After the pass over the rows that were there. Rows that steps on other tables write into this one (see
  /// insert_into) may still come to apply() later.
  virtual void end() {}
};

/// A row of the answer to read().
class ResultRow {
 public:
  virtual ~ResultRow() = default;
  [[nodiscard]] virtual Value operator[](int column) const = 0;
  [[nodiscard]] std::string text(int column) const { return std::string((*this)[column].bytes()); }
};

/// A prepared question about rows of other tables, for use inside a RowStep.
class Lookup {
 public:
  virtual ~Lookup() = default;
  /// Calls `use` for each row of the answer.
  virtual void find(std::initializer_list<Value> parameters, const std::function<void(const ResultRow&)>& use) = 0;
  /// True where the answer has a row.
  [[nodiscard]] virtual bool exists(std::initializer_list<Value> parameters) = 0;
};

/// What alter_column changes; what is not set stays. Values are not converted: a rewrite_rows step does that.
struct Alteration {
  std::optional<std::string> type = {};
  std::optional<bool> nullable = {};
  std::optional<std::string> new_column_name = {};
  std::optional<std::optional<std::string>> server_default = {};  ///< an inner nullopt removes the default
};

struct IndexOptions {
  bool unique = false;
  std::optional<std::string> where = {};  ///< SQL condition of a partial index
};

enum class ConstraintKind { primary_key, unique, check, foreign_key };
using database::Dialect;

class BatchOperations;

/// Alembic's operations (https://alembic.sqlalchemy.org/en/latest/ops.html) with room to fuse passes.
///
/// Nothing here touches rows at once: each table has its definition, changed by the schema operations, and a queue of
/// row steps. The rows move in *one* pass per table, at the first moment in which somebody needs them in their new
/// form: a read() or execute() that names the table, a step on a table that waiting steps still write into, or
/// the end. So revisions are written as if each ran alone, and a path of many revisions reads a big table once.
///
/// On SQLite every operation works on every table (Alembic needs batch mode for some): the table is rebuilt with all
/// that it was not told to change. Naming a table or column that is not there throws std::logic_error.
class Operations {
 public:
  virtual ~Operations() = default;

  [[nodiscard]] virtual Dialect dialect() const = 0;
  [[nodiscard]] virtual Environment& environment() = 0;
  /// The id of the revision that is running.
  [[nodiscard]] virtual std::string_view revision() const = 0;

  // Inspection: the schema as it stands after all operations so far.
  [[nodiscard]] virtual const database::Table* table(std::string_view name) const = 0;
  [[nodiscard]] bool has_table(std::string_view name) const { return table(name) != nullptr; }
  [[nodiscard]] bool has_column(std::string_view table_name, std::string_view column_name) const;
  [[nodiscard]] bool has_index(std::string_view table_name, std::string_view index_name) const;

  // Schema.
  virtual void create_table(std::string_view name, std::vector<ColumnDefinition> columns,
                            std::vector<Constraint> constraints = {}) = 0;
  virtual void drop_table(std::string_view name) = 0;
  virtual void rename_table(std::string_view name, std::string_view new_name) = 0;
  virtual void add_column(std::string_view table, ColumnDefinition column) = 0;
  virtual void drop_column(std::string_view table, std::string_view column) = 0;  ///< with the indexes on it
  virtual void alter_column(std::string_view table, std::string_view column, const Alteration& alteration) = 0;
  virtual void create_index(std::string_view name, std::string_view table, Names columns,
                            IndexOptions options = {}) = 0;
  virtual void drop_index(std::string_view name, std::string_view table) = 0;
  virtual void create_primary_key(std::string_view name, std::string_view table, Names columns) = 0;
  virtual void create_unique_constraint(std::string_view name, std::string_view table, Names columns) = 0;
  virtual void create_check_constraint(std::string_view name, std::string_view table, std::string condition) = 0;
  virtual void create_foreign_key(std::string_view name, std::string_view table, std::string_view referred_table,
                                  Names columns, Names referred_columns, std::string on_delete = {}) = 0;
  /// An empty name means the table's only constraint of that kind.
  virtual void drop_constraint(std::string_view name, std::string_view table, ConstraintKind kind) = 0;
  [[nodiscard]] BatchOperations batch_alter_table(std::string_view table);

  // Data.
  /// Queues a step for each row of `table`.
  virtual void rewrite_rows(std::string_view table, std::unique_ptr<RowStep> step) = 0;
  void rewrite_rows(std::string_view table, std::function<void(Row&)> apply);
  /// Whoever wants to write into `table` from a step on `from` names both; `from` may be empty (rows written now).
  [[nodiscard]] virtual Inserter& insert_into(std::string_view table, Names columns, std::string_view from) = 0;
  /// SELECT over the named tables (all that the SQL mentions), in their newest form.
  virtual void read(std::initializer_list<std::string_view> tables, std::string_view sql,
                    const std::function<void(const ResultRow&)>& use, std::initializer_list<Value> parameters = {}) = 0;
  /// INSERT, UPDATE or DELETE over the named tables (all that the SQL mentions). Returns the rows changed.
  virtual std::int64_t execute(std::initializer_list<std::string_view> tables, std::string_view sql,
                               std::initializer_list<Value> parameters = {}) = 0;
  /// A SELECT to be asked again and again from inside row steps. `{table}` in the SQL is replaced by the place where
  /// the rows of `table` are *before* the steps that wait on it; an index on `key_column` is made where there is none.
  [[nodiscard]] virtual std::unique_ptr<Lookup> lookup(std::string_view table, std::string_view key_column,
                                                       std::string_view sql) = 0;

  /// True where a script is being written that will run without this program: `step` stands in it now, and the caller
  /// leaves out the row steps, reads and writes that it says in SQL. They would throw.
  [[nodiscard]] virtual bool write_sql(const SqlStep& /*step*/) { return false; }

  // Report.
  void note(std::string_view table, std::string id, std::string text, std::int64_t count = 1);
  void quarantine(std::string_view table, std::string_view key, std::string_view column, std::string_view value,
                  std::string reason);
};

/// Alembic's `with op.batch_alter_table(…) as batch`: the same operations with the table's name said once.
class BatchOperations {
 public:
  BatchOperations(Operations& operations, std::string_view table) : op_(operations), table_(table) {}
  void add_column(ColumnDefinition column) { op_.add_column(table_, std::move(column)); }
  void drop_column(std::string_view column) { op_.drop_column(table_, column); }
  void alter_column(std::string_view column, const Alteration& alteration) {
    op_.alter_column(table_, column, alteration);
  }
  void create_index(std::string_view name, Names columns, IndexOptions options = {}) {
    op_.create_index(name, table_, std::move(columns), std::move(options));
  }
  void drop_index(std::string_view name) { op_.drop_index(name, table_); }
  void create_primary_key(std::string_view name, Names columns) {
    op_.create_primary_key(name, table_, std::move(columns));
  }
  void create_unique_constraint(std::string_view name, Names columns) {
    op_.create_unique_constraint(name, table_, std::move(columns));
  }
  void create_check_constraint(std::string_view name, std::string condition) {
    op_.create_check_constraint(name, table_, std::move(condition));
  }
  void create_foreign_key(std::string_view name, std::string_view referred_table, Names columns, Names referred_columns,
                          std::string on_delete = {}) {
    op_.create_foreign_key(name, table_, referred_table, std::move(columns), std::move(referred_columns),
                           std::move(on_delete));
  }
  void drop_constraint(std::string_view name, ConstraintKind kind) { op_.drop_constraint(name, table_, kind); }

 private:
  Operations& op_;
  std::string table_;
};

}  // namespace liftlock::migration
