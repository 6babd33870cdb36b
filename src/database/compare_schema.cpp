#include "database/compare_schema.hpp"

#include <fmt/core.h>

#include "database/normal_form.hpp"

namespace liftlock::database {

namespace {

using Description = std::map<std::string, std::string>;

/// Two constraints of one table can be alike; the second gets a number.
void put(Description& description, std::string object, std::string definition) {
  int copy = 1;
  std::string key = object;
  while (!description.emplace(key, definition).second) key = fmt::format("{} #{}", object, ++copy);
}

void describe(Description& description, const std::string& name, const Table& table) {
  put(description, name + "/table", "table");
  for (const Column& column : table.columns) {
    put(description, fmt::format("{}/column/{}", name, column.name), definition_of(column, table));
  }
  if (table.primary_key) put(description, name + "/primary key", definition_of(*table.primary_key));
  for (const UniqueConstraint& unique : table.unique_constraints) {
    put(description, fmt::format("{}/unique/{}", name, name_of(unique)), "unique");
  }
  for (const CheckConstraint& check : table.check_constraints) {
    put(description, fmt::format("{}/check/{}", name, name_of(check)), definition_of(check));
  }
  for (const ForeignKey& key : table.foreign_keys) {
    put(description, fmt::format("{}/foreign key/{}", name, name_of(key)), definition_of(key));
  }
  for (const Index& index : table.indexes) {
    put(description, fmt::format("{}/index/{}", name, index.name), definition_of(index));
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
