#include "migration/table_changes.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace liftlock::migration::definition {

using database::Table;

namespace {

/// One function of several lambdas, for std::visit (https://en.cppreference.com/w/cpp/utility/variant/visit).
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // for clang-tidy, whose clang does not deduce it

void rename_in(std::vector<std::string>& names, std::string_view from, std::string_view to) {
  std::ranges::replace(names, std::string(from), std::string(to));
}

bool names_column(const std::vector<std::string>& names, std::string_view column) {
  return std::ranges::find(names, column) != names.end();
}

/// What a column's definition says beside the column itself: its key, uniqueness, index and reference.
void add_extras(Table& table, const ColumnDefinition& definition) {
  const std::string& name = definition.column.name;
  if (definition.is_primary_key) {
    if (!table.primary_key) table.primary_key = database::PrimaryKey{};
    table.primary_key->columns.push_back(name);
  }
  if (definition.is_unique) table.unique_constraints.push_back({{}, {name}});
  if (definition.is_indexed) {
    table.indexes.push_back({fmt::format("ix_{}_{}", table.name, name), {name}, false, std::nullopt, {}});
  }
  if (definition.references_) table.foreign_keys.push_back(*definition.references_);
}

void add_constraint(Table& table, Constraint constraint) {
  std::visit(Overloaded{
                 [&](database::PrimaryKey&& key) { table.primary_key = std::move(key); },
                 [&](database::UniqueConstraint&& unique) { table.unique_constraints.push_back(std::move(unique)); },
                 [&](database::CheckConstraint&& check) { table.check_constraints.push_back(std::move(check)); },
                 [&](database::ForeignKey&& key) { table.foreign_keys.push_back(std::move(key)); },
             },
             std::move(constraint));
}

/// Removes the constraint of that name, or the only one where the name is empty.
template <class C>
bool remove_named(std::vector<C>& constraints, std::string_view name) {
  if (name.empty()) {
    if (constraints.size() != 1) return false;
    constraints.clear();
    return true;
  }
  return std::erase_if(constraints, [&](const C& constraint) { return constraint.name == name; }) > 0;
}

}  // namespace

Table make(std::string_view name, std::vector<ColumnDefinition> columns, std::vector<Constraint> constraints) {
  Table table;
  table.name = name;
  for (ColumnDefinition& column : columns) add_column(table, std::move(column));
  for (Constraint& constraint : constraints) add_constraint(table, std::move(constraint));
  if (table.primary_key) {
    for (const std::string& key : table.primary_key->columns) table.column(key)->nullable = false;
  }
  return table;
}

void add_column(Table& table, ColumnDefinition column) {
  add_extras(table, column);
  table.columns.push_back(std::move(column.column));
}

void drop_column(Table& table, std::string_view column) {
  std::erase_if(table.indexes, [&](const auto& index) { return names_column(index.columns, column); });
  std::erase_if(table.unique_constraints, [&](const auto& unique) { return names_column(unique.columns, column); });
  std::erase_if(table.foreign_keys, [&](const auto& key) { return names_column(key.columns, column); });
  if (table.primary_key && names_column(table.primary_key->columns, column)) table.primary_key.reset();
  std::erase_if(table.columns, [&](const auto& one) { return one.name == column; });
}

std::vector<std::string> indexes_on(const Table& table, std::string_view column) {
  std::vector<std::string> names;
  for (const database::Index& index : table.indexes) {
    if (names_column(index.columns, column)) names.push_back(index.name);
  }
  return names;
}

void alter_column(Table& table, std::string_view column, const Alteration& alteration) {
  database::Column& found = *table.column(column);
  if (alteration.type) found.type = *alteration.type;
  if (alteration.nullable) found.nullable = *alteration.nullable;
  if (alteration.server_default) found.server_default = *alteration.server_default;
  if (!alteration.new_column_name) return;
  const std::string old_name(column);
  const std::string& new_name = *alteration.new_column_name;
  found.name = new_name;
  if (table.primary_key) rename_in(table.primary_key->columns, old_name, new_name);
  for (auto& unique : table.unique_constraints) rename_in(unique.columns, old_name, new_name);
  for (auto& key : table.foreign_keys) rename_in(key.columns, old_name, new_name);
  for (auto& index : table.indexes) {
    if (!names_column(index.columns, old_name)) continue;
    rename_in(index.columns, old_name, new_name);
    index.sql.clear();
  }
}

bool drop_constraint(Table& table, std::string_view name, ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::primary_key:
      if (!table.primary_key || (!name.empty() && table.primary_key->name != name)) return false;
      table.primary_key.reset();
      return true;
    case ConstraintKind::unique:
      return remove_named(table.unique_constraints, name);
    case ConstraintKind::check:
      return remove_named(table.check_constraints, name);
    case ConstraintKind::foreign_key:
      return remove_named(table.foreign_keys, name);
  }
  return false;
}

}  // namespace liftlock::migration::definition
