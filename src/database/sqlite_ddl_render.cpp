#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <algorithm>

#include "database/sqlite_ddl_parser.hpp"
#include "database/sqlite_schema.hpp"

namespace liftlock::database {

namespace {

/// Quoted only where it must be, as SQLAlchemy does.
std::string identifier(std::string_view name) {
  const bool simple =
      !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
      std::ranges::all_of(name, [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '_'; });
  const bool keyword = sqlite3_keyword_check(name.data(), static_cast<int>(name.size())) != 0;
  return simple && !keyword ? std::string(name) : quote_identifier(name);
}

/// A column's name is quoted, an expression is not: the table tells which is which.
std::string column_or_expression(const std::string& text, const Table* table) {
  const bool is_column = table == nullptr ? tokenize_sql(text).size() == 2 : table->column(text) != nullptr;
  return is_column ? identifier(text) : text;
}

std::string column_list(const std::vector<std::string>& columns, const Table* table) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) parts.push_back(column_or_expression(column, table));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string constraint_name(const std::string& name) {
  return name.empty() ? std::string() : fmt::format("CONSTRAINT {} ", identifier(name));
}

std::string with_rest(std::string text, const std::string& rest) { return rest.empty() ? text : text + ' ' + rest; }

std::string render(const ForeignKey& key, const Table& table) {
  std::string text = fmt::format("{}FOREIGN KEY({}) REFERENCES {}", constraint_name(key.name),
                                 column_list(key.columns, &table), identifier(key.referred_table));
  if (!key.referred_columns.empty()) text += fmt::format(" ({})", column_list(key.referred_columns, nullptr));
  if (!key.on_delete.empty()) text += " ON DELETE " + key.on_delete;
  if (!key.on_update.empty()) text += " ON UPDATE " + key.on_update;
  return with_rest(std::move(text), key.rest);
}

bool inlined(const Table& table) {
  return table.primary_key && table.primary_key->inlined && table.column(table.primary_key->columns.front()) != nullptr;
}

}  // namespace

std::string render_column(const Column& column, const Table& table) {
  std::string text = identifier(column.name);
  if (!column.type.empty()) text += ' ' + column.type;
  if (column.server_default) text += " DEFAULT " + *column.server_default;
  if (!column.nullable) text += " NOT NULL";
  text = with_rest(std::move(text), column.rest);
  const auto& key = table.primary_key;
  if (key && key->inlined && key->columns.front() == column.name) {
    text += ' ' + constraint_name(key->name) + "PRIMARY KEY";
    text = with_rest(std::move(text), key->rest);
    if (key->autoincrement) text += " AUTOINCREMENT";
  }
  return text;
}

std::string render_create_table(const Table& table, std::string_view name) {
  std::vector<std::string> items;
  for (const Column& column : table.columns) items.push_back(render_column(column, table));
  if (table.primary_key && !inlined(table)) {
    items.push_back(with_rest(fmt::format("{}PRIMARY KEY ({})", constraint_name(table.primary_key->name),
                                          column_list(table.primary_key->columns, &table)),
                              table.primary_key->rest));
  }
  for (const UniqueConstraint& constraint : table.unique_constraints) {
    items.push_back(with_rest(
        fmt::format("{}UNIQUE ({})", constraint_name(constraint.name), column_list(constraint.columns, &table)),
        constraint.rest));
  }
  for (const CheckConstraint& constraint : table.check_constraints) {
    items.push_back(fmt::format("{}CHECK ({})", constraint_name(constraint.name), constraint.condition));
  }
  for (const ForeignKey& key : table.foreign_keys) items.push_back(render(key, table));
  std::string sql = fmt::format("CREATE TABLE {} (\n\t{}\n)", identifier(name), fmt::join(items, ", \n\t"));
  if (table.without_rowid) sql += " WITHOUT ROWID";
  if (table.strict) sql += table.without_rowid ? ", STRICT" : " STRICT";
  return sql;
}

std::string render_create_index(const Index& index, std::string_view table) {
  std::string sql = fmt::format("CREATE {}INDEX {} ON {} ({})", index.unique ? "UNIQUE " : "", identifier(index.name),
                                identifier(table), column_list(index.columns, nullptr));
  if (index.where) sql += " WHERE " + *index.where;
  return sql;
}

}  // namespace liftlock::database
