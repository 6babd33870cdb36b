#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "migration/nowhere.hpp"
#include "migration/offline/table.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::offline {

/// Alembic's operations, written down instead of done: the schema operations become DDL at the end of their revision,
/// or before a data step that needs them; data steps must come as SQL (write_sql). One that does not is refused with
/// "offline-refused", unless the tables that it needs were made by the script and have no rows.
///
/// A table with waiting operations is first given its new columns without NOT NULL, and keeps its old constraints, so
/// that data steps can fill it; what is stricter follows at the end of the revision.
class OfflineOperations final : public Operations {
 public:
  /// `start`: the tables that the database has when the script begins.
  OfflineOperations(const ScriptDialect& script, const database::Schema& start);
  ~OfflineOperations() override;

  void enter(std::string_view revision) { revision_ = revision; }
  /// Ends the revision: all tables are as it left them.
  void leave() { flush_all(false); }
  void add(std::string_view sql) { sql_ += sql; }
  /// What was written since the last call.
  [[nodiscard]] std::string take();
  [[nodiscard]] database::Schema schema() const;

  [[nodiscard]] Dialect dialect() const override { return script_.dialect(); }
  [[nodiscard]] Environment& environment() override { return nowhere_; }
  [[nodiscard]] std::string_view revision() const override { return revision_; }
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
  [[nodiscard]] bool write_sql(const SqlStep& step) override;

 private:
  OfflineTable& state(std::string_view table);
  void flush(OfflineTable& table, bool data_follows);
  void flush_all(bool data_follows);
  /// A server drops no table that a foreign key refers to: what waits to take the key off goes first.
  void flush_referring_to(std::string_view table);
  [[noreturn]] void refuse(std::string_view what, std::string_view why) const;
  [[nodiscard]] std::set<std::string> taken_names() const;
  [[nodiscard]] std::string filled_in(std::string text) const;

  const ScriptDialect& script_;
  Nowhere nowhere_;
  std::string revision_;
  std::string sql_;
  std::map<std::string, OfflineTable, std::less<>> tables_;
  std::vector<std::string> order_;  ///< of making: a table comes after those that it refers to
  std::vector<std::unique_ptr<Inserter>> inserters_;
};

}  // namespace liftlock::migration::offline
