#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "migration/operations.hpp"

/// Schema operations that are content with what an earlier, broken-off try left behind.
namespace liftlock::migration::openwebui {

inline void add_missing_column(Operations& op, std::string_view table, ColumnDefinition column) {
  if (!op.has_column(table, column.column.name)) op.add_column(table, std::move(column));
}

inline void create_missing_index(Operations& op, std::string_view name, std::string_view table, Names columns,
                                 IndexOptions options = {}) {
  if (!op.has_index(table, name)) op.create_index(name, table, std::move(columns), std::move(options));
}

/// A table that is there may lack indexes still: SQLite commits each of them by itself.
inline void create_missing_table(Operations& op, std::string_view name, std::vector<ColumnDefinition> columns,
                                 std::vector<Constraint> constraints = {}) {
  if (!op.has_table(name)) return op.create_table(name, std::move(columns), std::move(constraints));
  for (const ColumnDefinition& column : columns) {
    const std::string& indexed = column.column.name;
    if (column.is_indexed) create_missing_index(op, fmt::format("ix_{}_{}", name, indexed), name, {indexed});
  }
}

// For ways back: what an unusual database lacks needs no removing.

inline void drop_present_column(Operations& op, std::string_view table, std::string_view column) {
  if (op.has_column(table, column)) op.drop_column(table, column);
}

inline void drop_present_columns(Operations& op, std::string_view table,
                                 std::initializer_list<std::string_view> columns) {
  for (const std::string_view column : columns) drop_present_column(op, table, column);
}

inline void drop_present_table(Operations& op, std::string_view table) {
  if (op.has_table(table)) op.drop_table(table);
}

inline void drop_present_index(Operations& op, std::string_view name, std::string_view table) {
  if (op.has_index(table, name)) op.drop_index(name, table);
}

}  // namespace liftlock::migration::openwebui
