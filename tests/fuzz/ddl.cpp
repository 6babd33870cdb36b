/// CREATE TABLE and CREATE INDEX: what SQLite takes and is understood, is understood the same when it is written anew.
#include <sqlite3.h>

#include "database/sqlite_schema.hpp"
#include "target.hpp"

namespace {

/// Asks SQLite itself; nothing is run.
bool is_sql(std::string_view text) {
  static sqlite3* const connection = [] {
    sqlite3* opened = nullptr;
    sqlite3_open(":memory:", &opened);
    return opened;
  }();
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const bool taken =
      sqlite3_prepare_v2(connection, text.data(), static_cast<int>(text.size()), &statement, &tail) == SQLITE_OK;
  sqlite3_finalize(statement);
  return taken && tail == text.data() + text.size();
}

}  // namespace

void fuzz(std::string_view input) {
  namespace database = liftlock::database;
  std::string on;
  std::ignore = database::parse_create_index(input, on);
  const auto table = database::parse_create_table(input);
  if (!table) {
    require(!table.error().what.empty(), "an error says what is wrong");
    return;
  }
  const std::string sql = database::render_create_table(*table, "t");
  const auto again = database::parse_create_table(sql);
  if (!is_sql(input)) return;
  require(again.has_value(), "a table written anew is understood");
  require(again->columns.size() == table->columns.size(), "a table written anew has as many columns");
}
