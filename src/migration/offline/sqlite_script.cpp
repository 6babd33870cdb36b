#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "database/sqlite.hpp"
#include "database/sqlite_schema.hpp"
#include "migration/offline/table.hpp"

namespace liftlock::migration::offline {

namespace {

using database::quote_identifier;
using database::Table;

constexpr std::string_view temporary_prefix = "_liftlock_tmp_";

/// Everything but indexes and triggers.
std::string body_of(const Table& table) { return database::render_create_table(table, "t"); }

bool may_be_added(const database::Column& column) {
  if (!column.rest.empty()) return false;
  if (!column.server_default) return column.nullable;
  return column.server_default->find("CURRENT") == std::string::npos && !column.server_default->starts_with('(');
}

/// The number of columns at the end that ALTER TABLE can add, where these are all that is new.
std::optional<std::size_t> columns_to_add(const OfflineTable& table) {
  Table rest = table.wanted;
  std::size_t added = 0;
  while (!rest.columns.empty() && table.is_new(rest.columns.size() - 1)) {
    if (!may_be_added(rest.columns.back())) return std::nullopt;
    rest.columns.pop_back();
    ++added;
  }
  if (rest.columns.empty() || body_of(rest) != body_of(*table.there)) return std::nullopt;
  return added;
}

std::string create_index(const database::Index& index, const Table& table) {
  return (index.sql.empty() ? database::render_create_index(index, table.name) : index.sql) + ";\n";
}

bool same_index(const database::Index& left, const database::Index& right) {
  return left.name == right.name && left.columns == right.columns && left.unique == right.unique &&
         left.where == right.where;
}

std::string change_indexes(const Table& there, const Table& wanted) {
  std::string sql;
  const auto has = [](const Table& table, const database::Index& index) {
    return std::ranges::any_of(table.indexes, [&](const auto& other) { return same_index(index, other); });
  };
  for (const database::Index& index : there.indexes) {
    if (!has(wanted, index)) sql += fmt::format("DROP INDEX {};\n", quote_identifier(index.name));
  }
  for (const database::Index& index : wanted.indexes) {
    if (!has(there, index)) sql += create_index(index, wanted);
  }
  return sql;
}

/// SQLite's own procedure: https://www.sqlite.org/lang_altertable.html#otheralter
std::string rebuild(const OfflineTable& table) {
  const Table& wanted = table.wanted;
  const std::string temporary = std::string(temporary_prefix) + wanted.name;
  std::vector<std::string> to;
  std::vector<std::string> from;
  for (std::size_t i = 0; i < wanted.columns.size(); ++i) {
    if (table.is_new(i)) continue;
    to.push_back(quote_identifier(wanted.columns[i].name));
    from.push_back(quote_identifier(*table.origins[i]));
  }
  const std::string name = quote_identifier(wanted.name);
  std::string sql = database::render_create_table(wanted, temporary) + ";\n";
  sql += fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}{};\n", quote_identifier(temporary), fmt::join(to, ", "),
                     fmt::join(from, ", "), name, table.there->without_rowid ? "" : " ORDER BY rowid");
  sql += fmt::format("DROP TABLE {};\nALTER TABLE {} RENAME TO {};\n", name, quote_identifier(temporary), name);
  for (const database::Index& index : wanted.indexes) sql += create_index(index, wanted);
  for (const database::Trigger& trigger : wanted.triggers) sql += trigger.sql + ";\n";
  return sql;
}

/// "('table', 'column', not null, place in the primary key)" for each column.
std::vector<std::string> column_facts(const database::Schema& schema) {
  std::vector<std::string> facts;
  for (const auto& [name, table] : schema.tables) {
    for (const database::Column& column : table.columns) {
      int place = 0;
      if (table.primary_key) {
        const auto& key = table.primary_key->columns;
        const auto found = std::ranges::find(key, column.name);
        if (found != key.end()) place = static_cast<int>(found - key.begin()) + 1;
      }
      facts.push_back(
          fmt::format("({}, {}, {}, {})", literal(name), literal(column.name), column.nullable ? 0 : 1, place));
    }
  }
  return facts;
}

class SqliteScript final : public ScriptDialect {
 public:
  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  void name_constraints(Table& /*table*/, const std::set<std::string>& /*taken*/) const override {}

  /// Foreign keys must be off before the transaction: dropping a table that others refer to would delete from them. Old
  /// ALTER semantics leave views alone that name a table while it is being rebuilt.
  [[nodiscard]] std::string begin() const override {
    return ".bail on\nPRAGMA foreign_keys = OFF;\nPRAGMA legacy_alter_table = ON;\nBEGIN IMMEDIATE;\n";
  }
  [[nodiscard]] std::string end() const override { return "COMMIT;\nPRAGMA legacy_alter_table = OFF;\n"; }

  [[nodiscard]] std::string change(const OfflineTable& table) const override {
    const Table& wanted = table.wanted;
    if (!table.there) {
      std::string sql = database::render_create_table(wanted, wanted.name) + ";\n";
      for (const database::Index& index : wanted.indexes) sql += create_index(index, wanted);
      return sql;
    }
    const auto added = columns_to_add(table);
    if (!added) return rebuild(table);
    std::string sql;
    for (std::size_t i = wanted.columns.size() - *added; i < wanted.columns.size(); ++i) {
      sql += fmt::format("ALTER TABLE {} ADD COLUMN {};\n", quote_identifier(wanted.name),
                         database::render_column(wanted.columns[i], wanted));
    }
    return sql + change_indexes(*table.there, wanted);
  }

  [[nodiscard]] std::string drop(std::string_view table) const override {
    return fmt::format("DROP TABLE {};\n", quote_identifier(table));
  }
  [[nodiscard]] std::string rename(std::string_view table, std::string_view new_name) const override {
    return fmt::format("ALTER TABLE {} RENAME TO {};\n", quote_identifier(table), quote_identifier(new_name));
  }

  /// A check that fails stops the script and is named in the message; SQLite has no other way to raise an error.
  [[nodiscard]] std::string stop_if(const SqlGuard& guard) const override {
    return fmt::format(
        "CREATE TEMP TABLE liftlock_guard (holds INTEGER, CONSTRAINT {} CHECK (holds));\n"
        "INSERT INTO liftlock_guard SELECT NOT EXISTS ({});\nDROP TABLE temp.liftlock_guard;\n",
        quote_identifier("stopped: " + guard.reason), guard.query);
  }

  [[nodiscard]] std::string stop_unless(const database::Schema& schema, std::string_view revision) const override {
    std::vector<std::string> tables;
    std::vector<std::string> known;
    for (const auto& [name, table] : schema.tables) {
      tables.push_back(literal(name));
      for (const database::Index& index : table.indexes) known.push_back(literal(index.name));
      for (const database::Trigger& trigger : table.triggers) known.push_back(literal(trigger.name));
    }
    const std::string facts = fmt::format(
        "WITH expected (t, c, n, k) AS (VALUES {}), found (t, c, n, k) AS (SELECT m.name, i.name, i.\"notnull\", i.pk "
        "FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS i WHERE m.type = 'table' AND m.name IN ({})) "
        "SELECT 1 FROM (SELECT * FROM expected EXCEPT SELECT * FROM found UNION ALL SELECT * FROM (SELECT * FROM found "
        "EXCEPT SELECT * FROM expected))",
        fmt::join(column_facts(schema), ",\n"), fmt::join(tables, ", "));
    const std::string others = fmt::format(
        "SELECT 1 FROM sqlite_master WHERE tbl_name IN ({}) AND type IN ('index', 'trigger') AND sql IS NOT NULL AND "
        "name "
        "NOT IN ({})",
        fmt::join(tables, ", "), known.empty() ? "''" : fmt::format("{}", fmt::join(known, ", ")));
    return stop_if({facts,
                    fmt::format("the tables are not those that {} has in this lineage; name the file with --database",
                                revision)}) +
           stop_if({others, "a table has an index or a trigger of its own, which the script would lose"});
  }

  [[nodiscard]] const std::optional<SqlText>& text_of(const SqlStep& step) const override { return step.sqlite; }
  [[nodiscard]] std::string_view uuid() const override {
    return "(lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4' || "
           "substr(lower(hex(randomblob(2))), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || "
           "substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6))))";
  }
  [[nodiscard]] std::string_view now() const override { return "CAST(strftime('%s', 'now') AS INTEGER)"; }
  [[nodiscard]] std::string_view nanoseconds() const override {
    return "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000000)";
  }
};

}  // namespace

const ScriptDialect& sqlite_script() {
  static const SqliteScript script;
  return script;
}

}  // namespace liftlock::migration::offline
