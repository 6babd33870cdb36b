#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"

namespace liftlock::database {

/// Reads the schema of an attached database ("main", "source", …) from the SQL texts in its sqlite_schema, so that
/// checks, collations, generated columns and constraint names survive. Internal sqlite_* tables are left out.
/// Errors: "schema-unreadable" with the table's name, where a CREATE text cannot be understood.
[[nodiscard]] Result<Schema> read_schema(Connection& connection, std::string_view database_name = "main");

/// Whether there is such a column, without reading the schema.
[[nodiscard]] Result<bool> has_column(Connection& connection, std::string_view table, std::string_view column);

/// Understands one CREATE TABLE text (https://www.sqlite.org/lang_createtable.html).
[[nodiscard]] Result<Table> parse_create_table(std::string_view sql);
/// Understands one CREATE INDEX text; `table` receives the name of the table that it is on.
[[nodiscard]] Result<Index> parse_create_index(std::string_view sql, std::string& table);

/// The CREATE TABLE that makes `table` under the name `name`, laid out as SQLAlchemy lays it out.
[[nodiscard]] std::string render_create_table(const Table& table, std::string_view name);
[[nodiscard]] std::string render_create_index(const Index& index, std::string_view table);
/// A column as it stands in its table's definition, a key that is written there included.
[[nodiscard]] std::string render_column(const Column& column, const Table& table);

}  // namespace liftlock::database
