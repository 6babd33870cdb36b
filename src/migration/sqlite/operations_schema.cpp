// The schema half of SqliteOperations: it changes definitions; rows follow later.

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "migration/sqlite/inserter.hpp"
#include "migration/sqlite/operations.hpp"
#include "migration/table_changes.hpp"

namespace liftlock::migration::sqlite {

using database::quote_identifier;
using database::Table;

TableState& SqliteOperations::changing(std::string_view name) {
  TableState& table = state(name);
  table.changed = true;
  table.definition.sql.clear();
  return table;
}

void SqliteOperations::create_table(std::string_view name, std::vector<ColumnDefinition> columns,
                                    std::vector<Constraint> constraints) {
  if (has_table(name)) throw std::logic_error(fmt::format("{}: the table {} is there already", revision(), name));
  tables_.emplace(name, state_of_new(definition::make(name, std::move(columns), std::move(constraints))));
}

void SqliteOperations::drop_table(std::string_view name) {
  TableState& table = state(name);
  // Rows that waiting steps of this table write elsewhere must not be lost with it.
  const bool feeds = std::ranges::any_of(
      inserters_, [&](const auto& inserter) { return !inserter->finished() && inserter->from() == name; });
  if (feeds && table.schema == "source") return drop_when_read(name);
  if (feeds) materialise(table);
  // Nor may a waiting step be left with an inserter into nothing.
  const bool fed = std::ranges::any_of(
      inserters_, [&](const auto& inserter) { return !inserter->finished() && inserter->table() == name; });
  if (fed) settle(name);
  if (table.schema == "main") execute_now(fmt::format("DROP TABLE main.{}", quote_identifier(table.physical_name)));
  tables_.erase(std::string(name));
}

/// The rows of a table that others wait for stay readable under a name of their own, until these move.
void SqliteOperations::drop_when_read(std::string_view name) {
  rewrite_rows(name, [](Row& row) { row.drop(); });
  const std::string hidden = fmt::format("_liftlock_dropped_{}_{}", dropped_.size(), name);
  auto node = tables_.extract(tables_.find(name));
  node.key() = hidden;
  Table& definition = node.mapped().definition;
  definition.name = hidden;
  definition.sql.clear();
  definition.indexes.clear();
  definition.foreign_keys.clear();
  tables_.insert(std::move(node));
  for (const auto& inserter : inserters_) {
    if (inserter->from() == name) inserter->rename_from(hidden);
    if (inserter->table() == name) inserter->rename(hidden);
  }
  dropped_.push_back(hidden);
}

void SqliteOperations::refer_to(std::string_view old_table, std::string_view new_table) {
  for (auto& [name, table] : tables_) {
    for (database::ForeignKey& key : table.definition.foreign_keys) {
      if (key.referred_table != old_table) continue;
      key.referred_table = new_table;
      changing(name);
    }
  }
}

void SqliteOperations::rename_table(std::string_view name, std::string_view new_name) {
  if (has_table(new_name))
    throw std::logic_error(fmt::format("{}: the table {} is there already", revision(), new_name));
  auto node = tables_.extract(tables_.find(name));
  if (node.empty()) throw std::logic_error(fmt::format("{}: there is no table {}", revision(), name));
  node.key() = std::string(new_name);
  TableState& table = node.mapped();
  table.definition.name = new_name;
  table.definition.sql.clear();
  for (database::Index& index : table.definition.indexes) index.sql.clear();
  if (table.schema == "main") {
    execute_now(fmt::format("ALTER TABLE main.{} RENAME TO {}", quote_identifier(table.physical_name),
                            quote_identifier(new_name)));
    table.physical_name = new_name;
  }
  tables_.insert(std::move(node));
  for (const auto& inserter : inserters_) {
    if (inserter->table() == name) inserter->rename(std::string(new_name));
    if (inserter->from() == name) inserter->rename_from(std::string(new_name));
  }
  refer_to(name, new_name);
}

void SqliteOperations::add_column(std::string_view name, ColumnDefinition column) {
  if (has_column(name, column.column.name)) {
    throw std::logic_error(fmt::format("{}: {}.{} is there already", revision(), name, column.column.name));
  }
  TableState& table = changing(name);
  table.column_slots.push_back(static_cast<int>(table.slots.size()));
  table.slots.push_back({-1, column.column.server_default});
  definition::add_column(table.definition, std::move(column));
}

void SqliteOperations::drop_column(std::string_view name, std::string_view column) {
  TableState& table = changing(name);
  Table& definition = table.definition;
  const auto found = std::ranges::find(definition.columns, column, &database::Column::name);
  if (found == definition.columns.end()) {
    throw std::logic_error(fmt::format("{}: there is no column {}.{}", revision(), name, column));
  }
  const auto place = found - definition.columns.begin();
  for (const std::string& index : definition::indexes_on(definition, column)) drop_index(index, name);
  table.column_slots.erase(table.column_slots.begin() + place);
  definition::drop_column(definition, column);
}

void SqliteOperations::alter_column(std::string_view name, std::string_view column, const Alteration& alteration) {
  TableState& table = changing(name);
  if (table.definition.column(column) == nullptr) {
    throw std::logic_error(fmt::format("{}: there is no column {}.{}", revision(), name, column));
  }
  definition::alter_column(table.definition, column, alteration);
}

void SqliteOperations::create_index(std::string_view name, std::string_view table_name, Names columns,
                                    IndexOptions options) {
  TableState& table = state(table_name);
  table.definition.indexes.push_back(
      {std::string(name), std::move(columns), options.unique, std::move(options.where), {}});
}

void SqliteOperations::drop_index(std::string_view name, std::string_view table_name) {
  TableState& table = state(table_name);
  if (std::erase_if(table.definition.indexes, [&](const auto& index) { return index.name == name; }) == 0) {
    throw std::logic_error(fmt::format("{}: there is no index {} on {}", revision(), name, table_name));
  }
  if (table.built_indexes.erase(std::string(name)) > 0) {
    execute_now(fmt::format("DROP INDEX main.{}", quote_identifier(name)));
  }
}

void SqliteOperations::create_primary_key(std::string_view name, std::string_view table, Names columns) {
  // Columns stay nullable: SQLite allows it, and Alembic's batch mode keeps what it reflected.
  changing(table).definition.primary_key = database::PrimaryKey{std::string(name), std::move(columns)};
}

void SqliteOperations::create_unique_constraint(std::string_view name, std::string_view table, Names columns) {
  changing(table).definition.unique_constraints.push_back({std::string(name), std::move(columns)});
}

void SqliteOperations::create_check_constraint(std::string_view name, std::string_view table, std::string condition) {
  changing(table).definition.check_constraints.push_back({std::string(name), std::move(condition)});
}

void SqliteOperations::create_foreign_key(std::string_view name, std::string_view table,
                                          std::string_view referred_table, Names columns, Names referred_columns,
                                          std::string on_delete) {
  changing(table).definition.foreign_keys.push_back({std::string(name),
                                                     std::move(columns),
                                                     std::string(referred_table),
                                                     std::move(referred_columns),
                                                     std::move(on_delete),
                                                     {},
                                                     {}});
}

void SqliteOperations::drop_constraint(std::string_view name, std::string_view table, ConstraintKind kind) {
  if (definition::drop_constraint(changing(table).definition, name, kind)) return;
  throw std::logic_error(fmt::format("{}: there is no constraint {} on {}", revision(), name, table));
}

}  // namespace liftlock::migration::sqlite
