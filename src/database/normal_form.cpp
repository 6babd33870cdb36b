#include "database/normal_form.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace liftlock::database {

namespace {

std::string names(std::vector<std::string> columns, bool ordered) {
  if (!ordered) std::ranges::sort(columns);
  return fmt::format("({})", fmt::join(columns, ", "));
}

std::string action(const std::string& text) { return text.empty() ? "NO ACTION" : upper(text); }

}  // namespace

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string normal_expression(std::string_view expression) {
  std::string text;
  bool quoted = false;
  for (const char c : expression) {
    if (c == '\'') quoted = !quoted;
    if (quoted || !std::isspace(static_cast<unsigned char>(c)))
      text += c;
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  while (text.size() > 2 && text.front() == '(' && text.back() == ')' && text.find(')') == text.size() - 1) {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

std::string normal_default(std::string_view expression) {
  std::string text = normal_expression(expression);
  const bool quoted_number =
      text.size() > 2 && text.front() == '\'' && text.back() == '\'' &&
      std::all_of(text.begin() + 1, text.end() - 1, [](unsigned char c) { return std::isdigit(c); });
  return quoted_number ? text.substr(1, text.size() - 2) : text;
}

std::string name_of(const UniqueConstraint& unique) { return unique.name + names(unique.columns, false); }

std::string name_of(const CheckConstraint& check) {
  return check.name.empty() ? normal_expression(check.condition) : check.name;
}

std::string name_of(const ForeignKey& key) { return key.name + names(key.columns, true); }

bool is_key_column(const Table& table, std::string_view column) {
  return table.primary_key && std::ranges::find(table.primary_key->columns, column) != table.primary_key->columns.end();
}

std::string definition_of(const Column& column, const Table& table) {
  std::string text = upper(column.type);
  if (!column.nullable || is_key_column(table, column.name)) text += " NOT NULL";
  if (column.server_default) text += " DEFAULT " + normal_default(*column.server_default);
  return text;
}

std::string definition_of(const PrimaryKey& key) { return key.name + names(key.columns, true); }

std::string definition_of(const CheckConstraint& check) { return normal_expression(check.condition); }

std::string definition_of(const ForeignKey& key) {
  return fmt::format("{} {} ON DELETE {} ON UPDATE {}", key.referred_table, names(key.referred_columns, true),
                     action(key.on_delete), action(key.on_update));
}

std::string definition_of(const Index& index) {
  std::vector<std::string> columns;
  for (const std::string& column : index.columns) columns.push_back(normal_expression(column));
  return fmt::format("{}{}{}", index.unique ? "UNIQUE " : "", names(columns, true),
                     index.where ? " WHERE " + normal_expression(*index.where) : "");
}

}  // namespace liftlock::database
