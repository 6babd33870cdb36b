#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liftlock::database {

/// A column's type as SQLite spells it ("VARCHAR(255)", "BIGINT", "JSON"); other dialects translate from this spelling.
using Type = std::string;

struct Column {
  std::string name;
  Type type;
  bool nullable = true;
  std::optional<std::string>
      server_default;  ///< an SQL expression as written after DEFAULT: "0", "'{}'", "CURRENT_TIMESTAMP"
  std::string rest;  ///< column constraints that have no field of their own, kept as written (COLLATE, GENERATED, …)
};

/// Names are empty where the constraint has none.
struct PrimaryKey {
  std::string name;
  std::vector<std::string> columns;
  bool inlined = false;        ///< written in the column's definition
  bool autoincrement = false;  ///< SQLite; only where inlined
  std::string rest = {};       ///< an ON CONFLICT clause, as written
};

struct UniqueConstraint {
  std::string name;
  std::vector<std::string> columns;
  std::string rest = {};  ///< an ON CONFLICT clause, as written
};

struct CheckConstraint {
  std::string name;
  std::string condition;  ///< SQL, without the outer parentheses
};

struct ForeignKey {
  std::string name;
  std::vector<std::string> columns;
  std::string referred_table;
  std::vector<std::string> referred_columns;  ///< empty: the referred table's primary key
  std::string on_delete;                      ///< "CASCADE", "SET NULL", …; empty: no action
  std::string on_update;
  std::string rest;  ///< DEFERRABLE and MATCH clauses, as written
};

struct Index {
  std::string name;
  std::vector<std::string> columns;  ///< column names, or SQL expressions ("lower(email)", "updated_at DESC")
  bool unique = false;
  std::optional<std::string> where;  ///< SQL condition of a partial index
  std::string sql;                   ///< the CREATE INDEX as it stands in the database; empty for a new one
};

struct Trigger {
  std::string name;
  std::string sql;
};

struct Table {
  std::string name;
  std::vector<Column> columns;
  std::optional<PrimaryKey> primary_key;
  std::vector<UniqueConstraint> unique_constraints;
  std::vector<CheckConstraint> check_constraints;
  std::vector<ForeignKey> foreign_keys;
  std::vector<Index> indexes;
  std::vector<Trigger> triggers;
  bool without_rowid = false;
  bool strict = false;
  std::string sql;  ///< the CREATE TABLE as it stands in the database; empty once it no longer says the truth

  [[nodiscard]] const Column* column(std::string_view column_name) const;
  [[nodiscard]] Column* column(std::string_view column_name);
};

/// A whole schema: tables by name, and what is kept without being understood.
struct Schema {
  std::map<std::string, Table, std::less<>> tables;
  struct Other {
    std::string type;  ///< "view", "virtual" for a virtual table, "trigger" for one on a view
    std::string name;
    std::string table;  ///< what a trigger is on; else the same as `name`
    std::string sql;
  };
  std::vector<Other> others;

  [[nodiscard]] const Table* table(std::string_view table_name) const;
};

}  // namespace liftlock::database
