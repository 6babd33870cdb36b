#include "database/compare_schema.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace liftlock::database {

namespace {

using Description = std::map<std::string, std::string>;

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string names(std::vector<std::string> columns, bool ordered) {
  if (!ordered) std::ranges::sort(columns);
  return fmt::format("({})", fmt::join(columns, ", "));
}

/// White space does not count; nor do the parentheses that SQLAlchemy's versions put around a default or not.
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

std::string describe(const Column& column) {
  std::string text = upper(column.type);
  if (!column.nullable) text += " NOT NULL";
  if (column.server_default) text += " DEFAULT " + normal_default(*column.server_default);
  return text;
}

std::string describe(const ForeignKey& key) {
  return fmt::format("{} {} ON DELETE {} ON UPDATE {}", key.referred_table, names(key.referred_columns, true),
                     key.on_delete.empty() ? "NO ACTION" : upper(key.on_delete),
                     key.on_update.empty() ? "NO ACTION" : upper(key.on_update));
}

std::string describe(const Index& index) {
  std::vector<std::string> columns;
  for (const std::string& column : index.columns) columns.push_back(normal_expression(column));
  return fmt::format("{}{}{}", index.unique ? "UNIQUE " : "", names(columns, true),
                     index.where ? " WHERE " + normal_expression(*index.where) : "");
}

/// Two constraints of one table can be alike; the second gets a number.
void put(Description& description, std::string object, std::string definition) {
  int copy = 1;
  std::string key = object;
  while (!description.emplace(key, definition).second) key = fmt::format("{} #{}", object, ++copy);
}

void describe(Description& description, const std::string& name, const Table& table) {
  put(description, name + "/table", "table");
  for (const Column& column : table.columns) {
    Column seen = column;
    const auto& key = table.primary_key;
    if (key && std::ranges::find(key->columns, column.name) != key->columns.end()) seen.nullable = false;
    put(description, fmt::format("{}/column/{}", name, column.name), describe(seen));
  }
  if (table.primary_key) {
    put(description, name + "/primary key", table.primary_key->name + names(table.primary_key->columns, true));
  }
  for (const UniqueConstraint& unique : table.unique_constraints) {
    put(description, fmt::format("{}/unique/{}{}", name, unique.name, names(unique.columns, false)), "unique");
  }
  for (const CheckConstraint& check : table.check_constraints) {
    put(description,
        fmt::format("{}/check/{}", name, check.name.empty() ? normal_expression(check.condition) : check.name),
        normal_expression(check.condition));
  }
  for (const ForeignKey& key : table.foreign_keys) {
    put(description, fmt::format("{}/foreign key/{}{}", name, key.name, names(key.columns, true)), describe(key));
  }
  for (const Index& index : table.indexes) {
    put(description, fmt::format("{}/index/{}", name, index.name), describe(index));
  }
}

}  // namespace

std::string SchemaDifference::text() const {
  switch (kind) {
    case Kind::missing:
      return fmt::format("{} is missing ({})", object, expected);
    case Kind::extra:
      return fmt::format("{} is not expected ({})", object, actual);
    case Kind::different:
      break;
  }
  return fmt::format("{} is {} instead of {}", object, actual, expected);
}

std::map<std::string, std::string> describe_schema(const Schema& schema) {
  Description description;
  for (const auto& [name, table] : schema.tables) describe(description, name, table);
  return description;
}

std::vector<SchemaDifference> compare_schemas(const Schema& expected, const Schema& actual) {
  using Kind = SchemaDifference::Kind;
  const Description wanted = describe_schema(expected);
  const Description found = describe_schema(actual);
  std::vector<SchemaDifference> differences;
  for (const auto& [object, definition] : wanted) {
    const auto match = found.find(object);
    if (match == found.end()) {
      differences.push_back({Kind::missing, object, definition, {}});
    } else if (match->second != definition) {
      differences.push_back({Kind::different, object, definition, match->second});
    }
  }
  for (const auto& [object, definition] : found) {
    if (!wanted.contains(object)) differences.push_back({Kind::extra, object, {}, definition});
  }
  return differences;
}

}  // namespace liftlock::database
