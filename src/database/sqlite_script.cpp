#include "database/sqlite_script.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "database/normal_form.hpp"
#include "database/sqlite.hpp"
#include "database/sqlite_schema.hpp"

namespace liftlock::database {

namespace {

/// What ADD COLUMN takes: https://www.sqlite.org/lang_altertable.html#altertabaddcol
bool can_be_appended(const Column& column, const Table& table) {
  if (is_key_column(table, column.name) || !column.rest.empty()) return false;
  if (!column.server_default) return column.nullable;
  const std::string text = upper(*column.server_default);
  return !text.starts_with("(") && !text.starts_with("CURRENT_") && (column.nullable || text != "NULL");
}

class Script {
 public:
  std::vector<std::string> statements(const SchemaChanges& changes) {
    if (changes.empty()) return {};
    // Other tables and views go on referring to a table by its name while it is made anew.
    add("PRAGMA foreign_keys = OFF");
    add("PRAGMA legacy_alter_table = ON");
    for (const Table* table : changes.created) create(*table);
    for (const TableChange& change : changes.changed) apply(change);
    for (const Table* table : changes.dropped) add("DROP TABLE " + quote_identifier(table->name));
    add("PRAGMA legacy_alter_table = OFF");
    return std::move(statements_);
  }

 private:
  void add(const std::string& sql) { statements_.push_back(sql + ";"); }

  void create(const Table& table) {
    add("BEGIN IMMEDIATE");
    add(render_create_table(table, table.name));
    for (const Index& index : table.indexes) add(render_create_index(index, table.name));
    add("COMMIT");
  }

  void apply(const TableChange& change) {
    add("BEGIN IMMEDIATE");
    const bool appends =
        change.dropped_columns.empty() && change.altered_columns.empty() && !change.touches_constraints() &&
        std::ranges::all_of(change.added_columns, [&](const Column* c) { return can_be_appended(*c, *change.to); });
    if (appends)
      append(change);
    else
      make_anew(change);
    add("COMMIT");
  }

  void append(const TableChange& change) {
    const std::string table = quote_identifier(change.to->name);
    for (const Index* index : change.dropped_indexes) add("DROP INDEX " + quote_identifier(index->name));
    for (const Column* column : change.added_columns) {
      add(fmt::format("ALTER TABLE {} ADD COLUMN {}", table, render_column(*column, *change.to)));
    }
    for (const Index* index : change.added_indexes) add(render_create_index(*index, change.to->name));
  }

  /// If the rows cannot be copied, all of the transaction is taken back, the old name included, so that there is
  /// nothing to drop for a shell that goes on.
  void make_anew(const TableChange& change) {
    const std::string table = quote_identifier(change.to->name);
    const std::string old = quote_identifier("liftlock_old_" + change.to->name);
    std::vector<std::string> kept;
    for (const Column& column : change.to->columns) {
      if (change.from->column(column.name) != nullptr) kept.push_back(quote_identifier(column.name));
    }
    add(fmt::format("ALTER TABLE {} RENAME TO {}", table, old));
    add(render_create_table(*change.to, change.to->name));
    if (!kept.empty()) {
      add(fmt::format("INSERT OR ROLLBACK INTO {0} ({1}) SELECT {1} FROM {2}", table, fmt::join(kept, ", "), old));
    }
    add("DROP TABLE " + old);
    for (const Index& index : change.to->indexes) add(render_create_index(index, change.to->name));
    for (const Trigger& trigger : change.from->triggers) add(trigger.sql);
  }

  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> sqlite_statements(const SchemaChanges& changes) { return Script().statements(changes); }

}  // namespace liftlock::database
