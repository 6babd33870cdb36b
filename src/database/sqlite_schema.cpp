#include "database/sqlite_schema.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "database/sqlite_ddl_parser.hpp"

namespace liftlock::database {

namespace {

/// One row of sqlite_schema.
struct Entry {
  std::string type, name, table, sql;
};

Result<std::vector<Entry>> read_entries(Connection& connection, std::string_view database_name) {
  auto statement = TRY(connection.prepare(fmt::format(
      "SELECT type, name, tbl_name, sql FROM {}.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' "
      "ESCAPE '\\' ORDER BY rowid",
      quote_identifier(database_name))));
  std::vector<Entry> entries;
  while (TRY(statement.step())) {
    entries.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3)});
  }
  return entries;
}

Error unreadable(std::string_view name, const std::string& why) {
  return {ErrorKind::failed, "schema-unreadable", fmt::format("Reading the definition of {}", name), why, {}, {}};
}

bool is_virtual(std::string_view sql) {
  const auto tokens = tokenize_sql(sql);
  return tokens.size() > 2 && tokens[1].is("VIRTUAL");
}

Result<void> add(Schema& schema, const Entry& entry) {
  if (entry.type == "view") {
    schema.others.push_back({"view", entry.name, entry.name, entry.sql});
    return {};
  }
  if (entry.type == "table") {
    if (is_virtual(entry.sql)) {
      schema.others.push_back({"virtual", entry.name, entry.name, entry.sql});
      return {};
    }
    auto table = parse_create_table(entry.sql);
    if (!table) return std::unexpected(unreadable(entry.name, table.error().what));
    table->name = entry.name;
    table->sql = entry.sql;
    schema.tables.emplace(entry.name, *std::move(table));
    return {};
  }
  const auto owner = std::ranges::find_if(schema.tables, [&](const auto& pair) { return pair.first == entry.table; });
  if (owner == schema.tables.end()) {
    schema.others.push_back({entry.type, entry.name, entry.table, entry.sql});  // a trigger on a view
    return {};
  }
  if (entry.type == "index") {
    std::string table;
    auto index = parse_create_index(entry.sql, table);
    if (!index) return std::unexpected(unreadable(entry.name, index.error().what));
    index->name = entry.name;
    index->sql = entry.sql;
    owner->second.indexes.push_back(*std::move(index));
  } else {
    owner->second.triggers.push_back({entry.name, entry.sql});
  }
  return {};
}

}  // namespace

Result<bool> has_column(Connection& connection, std::string_view table, std::string_view column) {
  const auto found = TRY(connection.query_integer("SELECT count(*) FROM pragma_table_info(?) WHERE name = ?",
                                                  {Value::text(table), Value::text(column)}));
  return found.value_or(0) > 0;
}

Result<Schema> read_schema(Connection& connection, std::string_view database_name) {
  Schema schema;
  auto entries = TRY(read_entries(connection, database_name));
  // Tables come first: SQLite keeps them before their indexes and triggers except after odd histories.
  std::ranges::stable_partition(entries, [](const Entry& entry) { return entry.type == "table"; });
  for (const Entry& entry : entries) TRY(add(schema, entry));
  return schema;
}

}  // namespace liftlock::database
