#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "database/postgres.hpp"
#include "database/postgres_schema.hpp"
#include "migration/operations.hpp"
#include "migration/postgres/rows.hpp"

namespace liftlock::migration::postgres {

class CopyInserter;
struct Lines;

/// A step that waits on a table, or has run over its rows; `number` orders it among the steps and inserters of the run.
struct QueuedStep {
  std::unique_ptr<RowStep> step;
  int number = 0;
  std::string revision;
  std::set<std::string, std::less<>> looks_at;  ///< tables whose rows it looks up
};

/// One table during the run.
struct TableState {
  std::vector<QueuedStep> steps;
  std::size_t steps_done = 0;                 ///< the first of them have run over the rows
  std::vector<database::Index> deferred;      ///< indexes to be built when its rows have come to rest
  std::vector<database::ForeignKey> put_off;  ///< foreign keys that stand again when its rows have come to rest
  database::Table known;      ///< as the catalogue has it, with `deferred` and `put_off`; read again after every change
  bool is_made_here = false;  ///< made in this run: every row of it came through an inserter
  [[nodiscard]] bool waiting() const { return steps_done < steps.size(); }
};

/// How many rows this run has written into a table and taken out of it.
struct RowMoves {
  std::int64_t inserted = 0;
  std::int64_t deleted = 0;
  std::int64_t updated = 0;
};

/// Alembic's operations on a PostgreSQL database, inside the transaction that the caller holds, in the schema that
/// stands first in the search path.
///
/// Schema operations run at once, as the server can take all of them back. Row steps wait, as Operations says: a table
/// is read by a cursor in one pass for all of them, when somebody needs its rows or is about to change what they stand
/// on. Rows that steps write go out by COPY, changes by one UPDATE a portion, both on a thread of its own while the
/// steps look at the next portion. Memory: a portion of rows, a few times over, and the largest single row.
class PostgresOperations final : public Operations {
 public:
  PostgresOperations(pg::Connection& connection, Environment& environment);
  ~PostgresOperations() override;

  void enter(std::string_view revision) { revision_ = revision; }
  /// Runs all steps that still wait and builds the indexes that still lack. Nothing may be called after it.
  void finish();
  /// By the names that the tables have now.
  [[nodiscard]] const std::map<std::string, RowMoves, std::less<>>& moves() const { return moves_; }
  /// Tables that were there before, by the names that they have now; and those that were dropped.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& renamed() const { return renamed_; }
  [[nodiscard]] const std::set<std::string, std::less<>>& dropped() const { return dropped_; }

  [[nodiscard]] Dialect dialect() const override { return Dialect::postgresql; }
  [[nodiscard]] Environment& environment() override { return environment_; }
  [[nodiscard]] std::string_view revision() const override {
    return running_.empty() ? std::string_view(revision_) : running_;
  }
  [[nodiscard]] const database::Table* table(std::string_view name) const override;

  void create_table(std::string_view name, std::vector<ColumnDefinition> columns,
                    std::vector<Constraint> constraints) override;
  void drop_table(std::string_view name) override;
  void rename_table(std::string_view name, std::string_view new_name) override;
  void add_column(std::string_view table, ColumnDefinition column) override;
  void drop_column(std::string_view table, std::string_view column) override;
  void alter_column(std::string_view table, std::string_view column, const Alteration& alteration) override;
  void create_index(std::string_view name, std::string_view table, Names columns, IndexOptions options) override;
  void drop_index(std::string_view name, std::string_view table) override;
  void create_primary_key(std::string_view name, std::string_view table, Names columns) override;
  void create_unique_constraint(std::string_view name, std::string_view table, Names columns) override;
  void create_check_constraint(std::string_view name, std::string_view table, std::string condition) override;
  void create_foreign_key(std::string_view name, std::string_view table, std::string_view referred_table, Names columns,
                          Names referred_columns, std::string on_delete) override;
  void drop_constraint(std::string_view name, std::string_view table, ConstraintKind kind) override;

  using Operations::rewrite_rows;
  void rewrite_rows(std::string_view table, std::unique_ptr<RowStep> step) override;
  [[nodiscard]] Inserter& insert_into(std::string_view table, Names columns, std::string_view from) override;
  void read(std::initializer_list<std::string_view> tables, std::string_view sql,
            const std::function<void(const ResultRow&)>& use, std::initializer_list<Value> parameters) override;
  std::int64_t execute(std::initializer_list<std::string_view> tables, std::string_view sql,
                       std::initializer_list<Value> parameters) override;
  [[nodiscard]] std::unique_ptr<Lookup> lookup(std::string_view table, std::string_view key_column,
                                               std::string_view sql) override;

 private:
  friend class CopyInserter;
  friend class Pass;
  friend class PreparedLookup;

  TableState& state(std::string_view table);
  const database::Table& definition(std::string_view table);
  /// Runs a statement that changes the schema of `table`.
  void change(std::string_view table, const std::string& sql);
  void read_again(std::string_view table);
  /// Runs the steps that wait on the table; not those of tables that write into it.
  void run_steps(std::string_view table);
  /// The same after the steps of all tables that write into it, and of those that look at it.
  void settle(std::string_view table);
  /// Before an operation that changes what waiting steps stand on.
  void come_to_rest(std::string_view table);
  void build_deferred(std::string_view table);
  /// A foreign key needs the unique index that it refers to.
  void make_ready_to_refer(std::string_view table);
  /// Takes away the foreign keys of a table that was made here: looking up each row that is written costs more than
  /// looking at all of them later.
  void put_off_keys(std::string_view table);
  /// Makes those that were put off: the table's own, and those that refer to it.
  void make_keys(std::string_view table);
  /// Indexes and foreign keys of the tables that refer to this one, before rows of it are deleted.
  void make_ready_to_delete(std::string_view table);
  /// Sends what inserters have collected for the table; of all tables where the name is empty.
  void flush(std::string_view table);
  void send(const Lines& lines);
  void quarantine_what_is_no_json(std::string_view table, const database::Column& column);

  pg::Connection& connection_;  ///< not while `background_` is at work
  Background background_;
  Environment& environment_;
  pg::TableReader reader_;
  Defaults defaults_;
  SeenKeys seen_;
  std::string revision_;
  std::string_view running_;
  std::map<std::string, TableState, std::less<>> tables_;
  std::vector<std::unique_ptr<CopyInserter>> inserters_;
  std::set<std::string, std::less<>> in_pass_;
  std::set<std::string, std::less<>> looked_at_;  // by lookups that no step has taken yet
  std::vector<std::string> temporary_indexes_;
  std::map<std::string, RowMoves, std::less<>> moves_;
  std::map<std::string, std::string, std::less<>> renamed_;
  std::set<std::string, std::less<>> dropped_;
  int next_number_ = 0;
};

}  // namespace liftlock::migration::postgres
