#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "database/postgres.hpp"
#include "database/schema.hpp"

namespace liftlock::database::postgres {

/// Reads the schema that stands first in the search path, types in Schema's spelling (see schema_type), expressions as
/// the server writes them. The default of a serial column reads "nextval". Errors: "database-schema" where no schema of
/// the search path exists, and those of Connection.
[[nodiscard]] Result<Schema> read_schema(Connection& connection);

/// One table of it; nullopt where there is none of that name.
[[nodiscard]] Result<std::optional<Table>> read_table(Connection& connection, std::string_view name);

/// The same for tables that are read again and again inside one transaction: the question is planned once, which takes
/// the server longer than answering it.
class TableReader {
 public:
  explicit TableReader(Connection& connection);
  [[nodiscard]] Result<std::optional<Table>> read(std::string_view name);

 private:
  Connection& connection_;
  std::string statement_;
  bool is_prepared_ = false;
};

/// "character varying(255)" → "VARCHAR(255)"
[[nodiscard]] Type schema_type(std::string_view postgres_type);

/// The other way: what to write after a column's name in PostgreSQL's DDL.
[[nodiscard]] std::string postgres_type(std::string_view schema_type);

/// CREATE TABLE with its constraints but without its indexes. Integer keys of one column become serial, as SQLAlchemy
/// and Peewee make them.
[[nodiscard]] std::string render_create_table(const Table& table);
[[nodiscard]] std::string render_create_index(const Index& index, const Table& table);
/// `name type DEFAULT … NOT NULL`
[[nodiscard]] std::string render_column(const Column& column);
[[nodiscard]] std::string render_default(const Column& column);
/// How the values of a column come over into another type: what to write behind USING.
[[nodiscard]] std::string render_conversion(const Column& column, std::string_view schema_type);
[[nodiscard]] std::string render_foreign_key(const ForeignKey& key);

}  // namespace liftlock::database::postgres
