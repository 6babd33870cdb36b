#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "database/postgres_schema.hpp"
#include "database/sqlite.hpp"
#include "migration/offline/table.hpp"
#include "migration/table_changes.hpp"

namespace liftlock::migration::offline {

namespace {

namespace pg = database::postgres;
using database::quote_identifier;
using database::Table;

std::string quoted(const Names& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) parts.push_back(quote_identifier(column));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string first_free(const std::set<std::string>& taken, const std::string& name) {
  std::string free = name;
  for (int number = 1; taken.contains(free); ++number) free = fmt::format("{}{}", name, number);
  return free;
}

/// What one table needs; each part of it is a statement of its own.
class Changes {
 public:
  Changes(const OfflineTable& table, std::string name) : table_(table), name_(std::move(name)), there_(*table.there) {}

  std::string all() {
    follow_columns();
    drop_constraints();
    drop_columns();
    rename_columns();
    alter_columns();
    add_columns();
    add_constraints();
    indexes();
    return std::move(sql_);
  }

 private:
  void alter(const std::string& what) { sql_ += fmt::format("ALTER TABLE {} {};\n", quote_identifier(name_), what); }

  /// there_, with the columns dropped and renamed, so that its constraints can be compared.
  void follow_columns() {
    for (const database::Column& column : table_.there->columns) {
      const auto at = std::ranges::find(table_.origins, std::optional(column.name));
      if (at == table_.origins.end()) {
        gone_.push_back(column.name);
        definition::drop_column(there_, column.name);
        continue;
      }
      const std::string& name = table_.wanted.columns[static_cast<std::size_t>(at - table_.origins.begin())].name;
      if (name == column.name) continue;
      renamed_.emplace_back(column.name, name);
      definition::alter_column(there_, column.name,
                               {.type = {}, .nullable = {}, .new_column_name = name, .server_default = {}});
    }
  }

  template <class C>
  void drop_missing(const std::vector<C>& there, const std::vector<C>& wanted) {
    for (const C& one : there) {
      if (std::ranges::none_of(wanted, [&](const C& other) { return other.name == one.name; }))
        alter("DROP CONSTRAINT " + quote_identifier(one.name));
    }
  }

  void drop_constraints() {
    const Table& wanted = table_.wanted;
    drop_missing(there_.foreign_keys, wanted.foreign_keys);
    drop_missing(there_.check_constraints, wanted.check_constraints);
    drop_missing(there_.unique_constraints, wanted.unique_constraints);
    if (there_.primary_key && !(wanted.primary_key && wanted.primary_key->name == there_.primary_key->name))
      alter("DROP CONSTRAINT " + quote_identifier(there_.primary_key->name));
  }

  void drop_columns() {
    for (const std::string& column : gone_) alter("DROP COLUMN " + quote_identifier(column));
  }

  void rename_columns() {
    for (const auto& [from, to] : renamed_)
      alter(fmt::format("RENAME COLUMN {} TO {}", quote_identifier(from), quote_identifier(to)));
  }

  void alter_columns() {
    for (const database::Column& wanted : table_.wanted.columns) {
      const database::Column* column = there_.column(wanted.name);
      if (column == nullptr) continue;
      const std::string altered = fmt::format("ALTER COLUMN {} ", quote_identifier(wanted.name));
      const bool new_default = wanted.server_default != column->server_default;
      if (new_default && column->server_default) alter(altered + "DROP DEFAULT");
      if (wanted.type != column->type)
        alter(fmt::format("{}TYPE {} USING {}", altered, pg::postgres_type(wanted.type),
                          pg::render_conversion(*column, wanted.type)));
      if (wanted.nullable != column->nullable) alter(altered + (wanted.nullable ? "DROP NOT NULL" : "SET NOT NULL"));
      if (new_default && wanted.server_default) alter(altered + "SET DEFAULT " + pg::render_default(wanted));
    }
  }

  void add_columns() {
    for (std::size_t i = 0; i < table_.wanted.columns.size(); ++i) {
      if (table_.is_new(i)) alter("ADD COLUMN " + pg::render_column(table_.wanted.columns[i]));
    }
  }

  template <class C, class Render>
  void add_missing(const std::vector<C>& there, const std::vector<C>& wanted, Render render) {
    for (const C& one : wanted) {
      if (std::ranges::none_of(there, [&](const C& other) { return other.name == one.name; }))
        alter("ADD " + render(one));
    }
  }

  void add_constraints() {
    const Table& wanted = table_.wanted;
    const auto named = [](const std::string& name) { return "CONSTRAINT " + quote_identifier(name) + " "; };
    if (wanted.primary_key && !(there_.primary_key && there_.primary_key->name == wanted.primary_key->name))
      alter(
          fmt::format("ADD {}PRIMARY KEY ({})", named(wanted.primary_key->name), quoted(wanted.primary_key->columns)));
    add_missing(there_.unique_constraints, wanted.unique_constraints,
                [&](const auto& one) { return fmt::format("{}UNIQUE ({})", named(one.name), quoted(one.columns)); });
    add_missing(there_.check_constraints, wanted.check_constraints,
                [&](const auto& one) { return fmt::format("{}CHECK ({})", named(one.name), one.condition); });
    add_missing(there_.foreign_keys, wanted.foreign_keys, [](const auto& one) { return pg::render_foreign_key(one); });
  }

  void indexes() {
    const auto has = [](const Table& table, const database::Index& index) {
      return std::ranges::any_of(table.indexes, [&](const auto& other) { return other.name == index.name; });
    };
    std::string dropped;
    for (const database::Index& index : there_.indexes) {
      if (!has(table_.wanted, index)) dropped += fmt::format("DROP INDEX {};\n", quote_identifier(index.name));
    }
    sql_ = dropped + sql_;
    for (const database::Index& index : table_.wanted.indexes) {
      if (!has(there_, index)) sql_ += pg::render_create_index(index, table_.wanted) + ";\n";
    }
  }

  const OfflineTable& table_;
  std::string name_;
  Table there_;
  std::vector<std::string> gone_;
  std::vector<std::pair<std::string, std::string>> renamed_;
  std::string sql_;
};

class PostgresqlScript final : public ScriptDialect {
 public:
  [[nodiscard]] Dialect dialect() const override { return Dialect::postgresql; }

  /// https://www.postgresql.org/docs/current/sql-createtable.html: <table>_<columns>_key and the like; none of Open
  /// WebUI's is so long that it would be cut.
  void name_constraints(Table& table, const std::set<std::string>& taken) const override {
    std::set<std::string> names = taken;
    if (table.primary_key && table.primary_key->name.empty())
      table.primary_key->name = first_free(names, table.name + "_pkey");
    for (auto& unique : table.unique_constraints) {
      if (unique.name.empty())
        unique.name = first_free(names, fmt::format("{}_{}_key", table.name, fmt::join(unique.columns, "_")));
      names.insert(unique.name);
    }
    names.clear();  // those of foreign keys are a table's own
    for (const auto& key : table.foreign_keys) names.insert(key.name);
    for (auto& key : table.foreign_keys) {
      if (!key.name.empty()) continue;
      key.name = first_free(names, fmt::format("{}_{}_fkey", table.name, fmt::join(key.columns, "_")));
      names.insert(key.name);
    }
  }

  [[nodiscard]] std::string begin() const override { return "BEGIN;\n"; }
  [[nodiscard]] std::string end() const override { return "COMMIT;\n"; }

  [[nodiscard]] std::string change(const OfflineTable& table) const override {
    if (table.there) return Changes(table, table.wanted.name).all();
    std::string sql = pg::render_create_table(table.wanted) + ";\n";
    for (const database::Index& index : table.wanted.indexes)
      sql += pg::render_create_index(index, table.wanted) + ";\n";
    return sql;
  }

  [[nodiscard]] std::string drop(std::string_view table) const override {
    return fmt::format("DROP TABLE {};\n", quote_identifier(table));
  }
  [[nodiscard]] std::string rename(std::string_view table, std::string_view new_name) const override {
    return fmt::format("ALTER TABLE {} RENAME TO {};\n", quote_identifier(table), quote_identifier(new_name));
  }

  [[nodiscard]] std::string stop_if(const SqlGuard& guard) const override {
    return fmt::format("DO $liftlock$ BEGIN IF EXISTS ({}) THEN RAISE EXCEPTION {}; END IF; END $liftlock$;\n",
                       guard.query, literal("stopped: " + guard.reason));
  }

  [[nodiscard]] std::string stop_unless(const database::Schema& schema, std::string_view revision) const override {
    std::vector<std::string> facts;
    std::vector<std::string> tables;
    for (const auto& [name, table] : schema.tables) {
      tables.push_back(literal(name));
      for (const database::Column& column : table.columns) {
        facts.push_back(
            fmt::format("({}, {}, {})", literal(name), literal(column.name), literal(column.nullable ? "YES" : "NO")));
      }
    }
    return stop_if(
        {fmt::format("WITH expected (t, c, n) AS (VALUES {}), found AS (SELECT table_name::text, column_name::text, "
                     "is_nullable::text FROM information_schema.columns WHERE table_schema = current_schema() AND "
                     "table_name IN ({})) (SELECT * FROM expected EXCEPT SELECT * FROM found) UNION ALL (SELECT * FROM "
                     "found EXCEPT SELECT * FROM expected)",
                     fmt::join(facts, ",\n"), fmt::join(tables, ", ")),
         fmt::format("the tables are not those that {} has in this lineage", revision)});
  }

  [[nodiscard]] const std::optional<SqlText>& text_of(const SqlStep& step) const override { return step.postgresql; }
  [[nodiscard]] std::string_view uuid() const override { return "gen_random_uuid()::text"; }
  [[nodiscard]] std::string_view now() const override { return "floor(extract(epoch FROM now()))::bigint"; }
  [[nodiscard]] std::string_view nanoseconds() const override {
    return "(floor(extract(epoch FROM now()))::bigint * 1000000000)";
  }
};

}  // namespace

const ScriptDialect& postgresql_script() {
  static const PostgresqlScript script;
  return script;
}

}  // namespace liftlock::migration::offline
