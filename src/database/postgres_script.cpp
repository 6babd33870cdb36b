#include "database/postgres_script.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "database/postgres_schema.hpp"
#include "database/sqlite.hpp"

namespace liftlock::database {

namespace {

std::string quoted(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) parts.push_back(quote_identifier(column));
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool is_serial(const Column& column) { return column.server_default == "nextval"; }

/// The renderer makes a serial of a key without a default.
Table without_sequences(Table table) {
  for (Column& column : table.columns) {
    if (is_serial(column)) column.server_default.reset();
  }
  return table;
}

class Script {
 public:
  std::vector<std::string> statements(const SchemaChanges& changes, const Schema& from) {
    if (changes.empty()) return {};
    add("BEGIN");
    // A foreign key holds on to the key that it refers to, and to its table: they go first and come last.
    for (const TableChange& change : changes.changed) begin(change).drop_constraints(change.dropped_foreign_keys);
    const std::vector<HeldKey> held = held_keys(changes, from);
    for (const auto& [table, key] : held) begin(*table).drop_constraints(std::vector{key});
    for (const Table* table : changes.dropped) add("DROP TABLE " + quote_identifier(table->name));
    for (const TableChange& change : changes.changed) apply(change);
    for (const Table* table : changes.created) create(*table);
    for (const TableChange& change : changes.changed) begin(change).add_foreign_keys(change.added_foreign_keys);
    for (const auto& [table, key] : held) begin(*table).add_foreign_keys(std::vector{key});
    add("COMMIT");
    return std::move(statements_);
  }

 private:
  Script& begin(const Table& table) {
    bare_table_ = table.name;
    table_ = quote_identifier(bare_table_);
    return *this;
  }
  Script& begin(const TableChange& change) { return begin(*change.to); }

  template <class Keys>
  void add_foreign_keys(const Keys& keys) {
    for (const auto* key : keys) alter("ADD " + postgres::render_foreign_key(*key));
  }

  void add(const std::string& sql) { statements_.push_back(sql + ";"); }

  void create(const Table& table) {
    add(postgres::render_create_table(without_sequences(table)));
    for (const Index& index : table.indexes) add(postgres::render_create_index(index, table));
  }

  void alter(const std::string& action) { add(fmt::format("ALTER TABLE {} {}", table_, action)); }

  void alter_column(const TableChange::Alteration& altered) {
    const std::string column = quote_identifier(altered.to->name);
    const bool drops_default = altered.from->server_default && (altered.server_default || altered.type);
    if (drops_default) alter(fmt::format("ALTER COLUMN {} DROP DEFAULT", column));
    if (altered.type) {
      alter(fmt::format("ALTER COLUMN {} TYPE {} USING {}", column, postgres::postgres_type(altered.to->type),
                        postgres_cast(*altered.from, altered.to->type)));
    }
    if (altered.to->server_default && (altered.server_default || drops_default)) set_default(*altered.to, column);
    if (altered.nullable)
      alter(fmt::format("ALTER COLUMN {} {} NOT NULL", column, altered.to->nullable ? "DROP" : "SET"));
  }

  void set_default(const Column& column, const std::string& name) {
    if (!is_serial(column)) {
      alter(fmt::format("ALTER COLUMN {} SET DEFAULT {}", name, postgres::render_default(column)));
      return;
    }
    const std::string sequence = quote_identifier(fmt::format("{}_{}_seq", bare_table_, column.name));
    add(fmt::format("CREATE SEQUENCE IF NOT EXISTS {} OWNED BY {}.{}", sequence, table_, name));
    add(fmt::format("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}", quote_literal(sequence), name,
                    table_));
    alter(fmt::format("ALTER COLUMN {} SET DEFAULT nextval({})", name, quote_literal(sequence)));
  }

  void add_column(const Column& column) {
    if (is_serial(column))
      alter(fmt::format("ADD COLUMN {} {}", quote_identifier(column.name),
                        column.type == "BIGINT" ? "BIGSERIAL" : "SERIAL"));
    else
      alter("ADD COLUMN " + postgres::render_column(column));
  }

  template <class Parts>
  void drop_constraints(const Parts& parts) {
    for (const auto* part : parts) alter("DROP CONSTRAINT " + quote_identifier(part->name));
  }

  void apply(const TableChange& change) {
    begin(change);
    for (const Index* index : change.dropped_indexes) add("DROP INDEX " + quote_identifier(index->name));
    drop_constraints(change.dropped_uniques);
    drop_constraints(change.dropped_checks);
    if (change.primary_key && change.from->primary_key) {
      alter("DROP CONSTRAINT " + quote_identifier(change.from->primary_key->name));
    }
    for (const Column* column : change.added_columns) add_column(*column);
    for (const TableChange::Alteration& altered : change.altered_columns) alter_column(altered);
    for (const Column* column : change.dropped_columns) alter("DROP COLUMN " + quote_identifier(column->name));
    add_constraints(change);
    for (const Index* index : change.added_indexes) add(postgres::render_create_index(*index, *change.to));
  }

  void add_constraints(const TableChange& change) {
    const auto named = [](const std::string& name) {
      return name.empty() ? std::string() : fmt::format("CONSTRAINT {} ", quote_identifier(name));
    };
    if (change.primary_key && change.to->primary_key) {
      const PrimaryKey& key = *change.to->primary_key;
      alter(fmt::format("ADD {}PRIMARY KEY ({})", named(key.name), quoted(key.columns)));
    }
    for (const UniqueConstraint* unique : change.added_uniques) {
      alter(fmt::format("ADD {}UNIQUE ({})", named(unique->name), quoted(unique->columns)));
    }
    for (const CheckConstraint* check : change.added_checks) {
      alter(fmt::format("ADD {}CHECK ({})", named(check->name), check->condition));
    }
  }

  std::string table_, bare_table_;
  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> postgres_statements(const SchemaChanges& changes, const Schema& from) {
  return Script().statements(changes, from);
}

std::string postgres_cast(const Column& column, const Type& type) {
  const auto is_time = [](const Type& one) { return one.starts_with("DATE") || one.starts_with("TIME"); };
  const std::string name = quote_identifier(column.name);
  const std::string target = postgres::postgres_type(type);
  if (type == "BOOLEAN" || is_time(type) || is_time(column.type)) return fmt::format("{}::text::{}", name, target);
  if (column.type == "BOOLEAN" && type.ends_with("INT")) return fmt::format("{}::integer::{}", name, target);
  return fmt::format("{}::{}", name, target);
}

}  // namespace liftlock::database
