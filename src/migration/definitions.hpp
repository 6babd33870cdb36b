#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "database/schema.hpp"

/// The words in which a revision declares tables, after SQLAlchemy's Column and constraints.
namespace liftlock::migration {

namespace types {
inline constexpr std::string_view text = "TEXT";
inline constexpr std::string_view string = "VARCHAR";
inline constexpr std::string_view string_255 = "VARCHAR(255)";
inline constexpr std::string_view json = "JSON";
inline constexpr std::string_view integer = "INTEGER";
inline constexpr std::string_view big_integer = "BIGINT";
inline constexpr std::string_view boolean = "BOOLEAN";
inline constexpr std::string_view date_time = "DATETIME";
inline constexpr std::string_view date = "DATE";
}  // namespace types

/// A column in the making: `column("id", types::text).not_null().primary_key()`.
struct ColumnDefinition {
  database::Column column;
  bool is_primary_key = false;
  bool is_unique = false;   ///< makes an unnamed UNIQUE constraint
  bool is_indexed = false;  ///< makes an index ix_<table>_<column>
  std::optional<database::ForeignKey> references_;

  ColumnDefinition&& not_null() && {
    column.nullable = false;
    return std::move(*this);
  }
  ColumnDefinition&& primary_key() && {
    is_primary_key = true;
    column.nullable = false;
    return std::move(*this);
  }
  ColumnDefinition&& unique() && {
    is_unique = true;
    return std::move(*this);
  }
  ColumnDefinition&& index() && {
    is_indexed = true;
    return std::move(*this);
  }
  /// An SQL expression: "0", "'{}'", "CURRENT_TIMESTAMP".
  ColumnDefinition&& server_default(std::string sql) && {
    column.server_default = std::move(sql);
    return std::move(*this);
  }
  ColumnDefinition&& references(std::string table, std::string referred_column, std::string on_delete = {}) && {
    references_ = database::ForeignKey{
        {}, {column.name}, std::move(table), {std::move(referred_column)}, std::move(on_delete), {}, {}};
    return std::move(*this);
  }
};

[[nodiscard]] inline ColumnDefinition column(std::string_view name, std::string_view type) {
  return {{std::string(name), std::string(type), true, std::nullopt, {}}, false, false, false, std::nullopt};
}

using Names = std::vector<std::string>;
using Constraint =
    std::variant<database::PrimaryKey, database::UniqueConstraint, database::CheckConstraint, database::ForeignKey>;

[[nodiscard]] inline Constraint primary_key(Names columns, std::string name = {}) {
  return database::PrimaryKey{std::move(name), std::move(columns)};
}
[[nodiscard]] inline Constraint unique(Names columns, std::string name = {}) {
  return database::UniqueConstraint{std::move(name), std::move(columns)};
}
[[nodiscard]] inline Constraint check(std::string condition, std::string name = {}) {
  return database::CheckConstraint{std::move(name), std::move(condition)};
}
[[nodiscard]] inline Constraint foreign_key(Names columns, std::string referred_table, Names referred_columns,
                                            std::string on_delete = {}, std::string name = {}) {
  return database::ForeignKey{std::move(name),
                              std::move(columns),
                              std::move(referred_table),
                              std::move(referred_columns),
                              std::move(on_delete),
                              {},
                              {}};
}

}  // namespace liftlock::migration
