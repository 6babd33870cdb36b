#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "database/sqlite.hpp"
#include "migration/operations.hpp"
#include "migration/sqlite/pass.hpp"
#include "migration/sqlite/table_state.hpp"

namespace liftlock::migration::sqlite {

class EmittingInserter;

/// Alembic's operations over a new SQLite file that is being built: `main` on the connection, empty at the start, with
/// the database to be migrated attached read-only as `source` (or no source). See Operations for the fusing of passes.
class SqliteOperations final : public Operations {
 public:
  SqliteOperations(database::Connection& connection, const database::Schema& source, OpenSource open_source,
                   Environment& environment);
  ~SqliteOperations() override;

  /// Names the revision that the next operations belong to.
  void enter(std::string_view revision) { revision_ = revision; }
  /// The tables as they stand after all operations so far.
  [[nodiscard]] database::Schema schema() const;
  /// Moves all rows that are still waiting and builds indexes and triggers. Nothing may be called after it.
  void finish();

  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
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
  friend class EmittingInserter;
  TableState& state(std::string_view table);
  TableState& changing(std::string_view table);
  /// Brings a table's rows into `main` in the form of its definition. Does not run the tables that write into it.
  void materialise(TableState& table);
  /// The same after all tables whose waiting steps write into it; with its indexes.
  void settle(std::string_view table);
  void move_rows(TableState& table);
  void build_indexes(TableState& table);
  void create_index_now(TableState& table, const database::Index& index);
  void drop_when_read(std::string_view table);
  void refer_to(std::string_view old_table, std::string_view new_table);
  void execute_now(const std::string& sql);
  [[nodiscard]] bool has_index_on(const TableState& table, std::string_view column);

  database::Connection& connection_;
  const OpenSource open_source_;
  Environment& environment_;
  std::string revision_;
  std::string_view running_;  // the revision of the step that is running inside a pass
  std::map<std::string, TableState, std::less<>> tables_;
  std::vector<std::unique_ptr<EmittingInserter>> inserters_;
  std::set<std::string, std::less<>> in_pass_;  // tables whose rows are moving right now
  std::vector<std::string> dropped_;            // tables that are gone but for rows which waiting steps still read
  int next_number_ = 0;
};

}  // namespace liftlock::migration::sqlite
