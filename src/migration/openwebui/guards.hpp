#pragma once

#include <string_view>
#include <utility>

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

}  // namespace liftlock::migration::openwebui
