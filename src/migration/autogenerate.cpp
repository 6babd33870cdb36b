#include "migration/autogenerate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "database/normal_form.hpp"
#include "database/postgres_script.hpp"
#include "database/schema_changes.hpp"
#include "database/schema_script.hpp"
#include "database/sqlite.hpp"
#include "migration/autogenerate_python.hpp"

namespace liftlock::migration {

namespace {

using database::Column;
using database::Dialect;
using database::Index;
using database::Schema;
using database::SchemaChanges;
using database::Table;
using database::TableChange;
using Lines = std::vector<std::string>;

bool is_plain(const Index& index, const Table& table) {
  return !index.where &&
         std::ranges::all_of(index.columns, [&](const auto& column) { return table.column(column) != nullptr; });
}

/// How SQLite keeps the values of a type: a change between two that it keeps alike needs no CAST.
std::string storage(const std::string& type) {
  const std::string text = database::upper(type);
  if (text.starts_with("VARCHAR") || text == "TEXT" || text == "JSON") return "text";
  if (text.ends_with("INT") || text == "INTEGER") return "integer";
  return text;
}

/// Constraints without a name cannot be named in a call, and reflection forgets unnamed checks.
bool needs_whole_definition(const TableChange& change) {
  const auto unnamed = [](const auto& parts) {
    return std::ranges::any_of(parts, [](const auto* part) { return part->name.empty(); });
  };
  const auto unnamed_check = [](const Table& table) {
    return std::ranges::any_of(table.check_constraints, [](const auto& check) { return check.name.empty(); });
  };
  const bool cast_loses = std::ranges::any_of(change.altered_columns, [](const auto& alteration) {
    return alteration.type && storage(alteration.from->type) != storage(alteration.to->type);
  });
  return change.primary_key || cast_loses || unnamed_check(*change.from) || unnamed(change.dropped_uniques) ||
         unnamed(change.added_uniques) || unnamed(change.dropped_foreign_keys) || unnamed(change.added_foreign_keys) ||
         unnamed(change.dropped_checks) || unnamed(change.added_checks);
}

/// The calls of one direction.
class Script {
 public:
  Script(const Schema& from, const Schema& to, Dialect dialect)
      : dialect_(dialect), from_(from), changes_(changes_between(from, to)), old_(dialect, from), new_(dialect, to) {}

  Lines lines() {
    if (dialect_ == Dialect::sqlite)
      change_by_batches();
    else
      change_by_alters();
    return std::move(lines_);
  }

  [[nodiscard]] const SchemaChanges& changes() const { return changes_; }
  [[nodiscard]] std::set<std::string> imports() const { return both(old_.imports(), new_.imports()); }
  [[nodiscard]] std::set<std::string> notes() const { return both(old_.notes(), new_.notes()); }

 private:
  static std::set<std::string> both(std::set<std::string> one, const std::set<std::string>& other) {
    one.insert(other.begin(), other.end());
    return one;
  }

  void add(std::string line) { lines_.push_back(std::move(line)); }

  void create_table(const Table& table) {
    add("op.create_table(");
    add(fmt::format("    {},", python_string(table.name)));
    for (const std::string& part : new_.parts(table)) add(fmt::format("    {},", part));
    add(")");
    for (const Index& index : table.indexes) add(new_.create_index(index, table));
  }

  void drop_index(const Index& index, const Table& table) {
    add(fmt::format("op.drop_index({}, table_name={})", python_string(index.name), python_string(table.name)));
  }

  /// The arguments of alter_column behind the column's name.
  std::string alteration(const TableChange::Alteration& altered) {
    std::string text = fmt::format("existing_type={}", old_.type(altered.from->type));
    if (altered.type) {
      text += fmt::format(", type_={}", new_.type(altered.to->type));
      if (dialect_ == Dialect::postgresql)
        text += fmt::format(", postgresql_using={}",
                            python_string(database::postgres_cast(*altered.from, altered.to->type)));
    }
    if (altered.nullable) text += fmt::format(", nullable={}", altered.to->nullable ? "True" : "False");
    if (altered.server_default) {
      text += fmt::format(", server_default={}",
                          altered.to->server_default ? python_sql(*altered.to->server_default) : "None");
    }
    if (!altered.nullable) text += fmt::format(", existing_nullable={}", altered.from->nullable ? "True" : "False");
    if (!altered.server_default && altered.from->server_default) {
      text += fmt::format(", existing_server_default={}", python_sql(*altered.from->server_default));
    }
    return text;
  }

  bool is_serial(const Column& column) const {
    return dialect_ == Dialect::postgresql && column.server_default == "nextval";
  }

  /// Alembic has no call for what SERIAL does to a column that is there.
  void count_up(const Column& column, const std::string& table) {
    const auto quoted = [](const std::string& name) { return database::quote_identifier(name); };
    const std::string sequence = quoted(fmt::format("{}_{}_seq", table, column.name));
    const auto execute = [&](const std::string& sql) { add(fmt::format("op.execute({})", python_sql(sql))); };
    execute(
        fmt::format("CREATE SEQUENCE IF NOT EXISTS {} OWNED BY {}.{}", sequence, quoted(table), quoted(column.name)));
    execute(fmt::format("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}", database::quote_literal(sequence),
                        quoted(column.name), quoted(table)));
    execute(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT nextval({})", quoted(table), quoted(column.name),
                        database::quote_literal(sequence)));
  }

  /// `call` begins the call, up to the column's name.
  void alter_column(TableChange::Alteration altered, const std::string& call, const std::string& table) {
    if (dialect_ == Dialect::postgresql && altered.type && altered.from->server_default) {
      // PostgreSQL converts a default with its column, or refuses to.
      add(fmt::format("{}existing_type={}, server_default=None)", call, old_.type(altered.from->type)));
      altered.server_default = altered.to->server_default.has_value();
    }
    if (altered.server_default && is_serial(*altered.to)) {
      count_up(*altered.to, table);
      altered.server_default = false;
      if (!altered.type && !altered.nullable) return;
    }
    add(call + alteration(altered) + ")");
  }

  // Calls that both forms have; `op` is "op" with the table as an argument, or the batch.

  static std::string name_of(const TableChange& change) { return python_string(change.to->name); }
  static std::string behind(const std::string& table) { return table.empty() ? "" : ", " + table; }

  void drop_tables() {
    for (const Table* table : changes_.dropped) add(fmt::format("op.drop_table({})", python_string(table->name)));
  }

  void drop_constraint(const std::string& name, const char* kind, const std::string& op, const std::string& table) {
    add(fmt::format("{}.drop_constraint({}{}, type_='{}')", op, python_string(name), behind(table), kind));
  }

  void drop_foreign_keys(const TableChange& change, const std::string& op, const std::string& table) {
    for (const auto* key : change.dropped_foreign_keys) drop_constraint(key->name, "foreignkey", op, table);
  }

  void create_foreign_key(const database::ForeignKey& key, const std::string& op, const std::string& table) {
    add(fmt::format("{}.create_foreign_key({}{}, {}, {}, {}{})", op, name_or_none(key.name), behind(table),
                    python_string(key.referred_table), python_list(key.columns),
                    python_list(new_.referred_columns(key)), PythonWriter::actions(key)));
  }

  void create_foreign_keys(const TableChange& change, const std::string& op, const std::string& table) {
    for (const auto* key : change.added_foreign_keys) create_foreign_key(*key, op, table);
  }

  /// All but the foreign keys.
  void change_parts(const TableChange& change, const std::string& op, const std::string& table) {
    const std::string behind_name = behind(table);
    const std::string before_name = table.empty() ? "" : table + ", ";
    for (const auto* unique : change.dropped_uniques) drop_constraint(unique->name, "unique", op, table);
    for (const auto* check : change.dropped_checks) drop_constraint(check->name, "check", op, table);
    if (change.primary_key && change.from->primary_key)
      drop_constraint(change.from->primary_key->name, "primary", op, table);
    for (const Column* column : change.added_columns) {
      if (is_serial(*column)) {
        Column plain = *column;
        plain.server_default.reset();
        add(fmt::format("{}.add_column({}{})", op, before_name, new_.column(plain, *change.to)));
        count_up(*column, change.to->name);
      } else {
        add(fmt::format("{}.add_column({}{})", op, before_name, new_.column(*column, *change.to)));
      }
    }
    for (const TableChange::Alteration& altered : change.altered_columns) {
      alter_column(altered, fmt::format("{}.alter_column({}{}, ", op, before_name, python_string(altered.from->name)),
                   change.to->name);
    }
    for (const Column* column : change.dropped_columns) {
      add(fmt::format("{}.drop_column({}{})", op, before_name, python_string(column->name)));
    }
    if (change.primary_key && change.to->primary_key) {
      add(fmt::format("{}.create_primary_key({}{}, {})", op, name_or_none(change.to->primary_key->name), behind_name,
                      python_list(change.to->primary_key->columns)));
    }
    for (const auto* unique : change.added_uniques) {
      add(fmt::format("{}.create_unique_constraint({}{}, {})", op, name_or_none(unique->name), behind_name,
                      python_list(unique->columns)));
    }
    for (const auto* check : change.added_checks) {
      add(fmt::format("{}.create_check_constraint({}{}, {})", op, name_or_none(check->name), behind_name,
                      python_sql(check->condition)));
    }
  }

  static std::string name_or_none(const std::string& name) { return name.empty() ? "None" : python_string(name); }

  /// A foreign key holds on to the key that it refers to, and to its table: they go first and come last.
  void change_by_alters() {
    const std::vector<database::HeldKey> held = database::held_keys(changes_, from_);
    for (const TableChange& change : changes_.changed) drop_foreign_keys(change, "op", name_of(change));
    for (const auto& [table, key] : held) drop_constraint(key->name, "foreignkey", "op", python_string(table->name));
    drop_tables();
    for (const TableChange& change : changes_.changed) change_by_alter(change);
    for (const Table* table : changes_.created) create_table(*table);
    for (const TableChange& change : changes_.changed) create_foreign_keys(change, "op", name_of(change));
    for (const auto& [table, key] : held) create_foreign_key(*key, "op", python_string(table->name));
  }

  void change_by_alter(const TableChange& change) {
    for (const Index* index : change.dropped_indexes) drop_index(*index, *change.from);
    change_parts(change, "op", name_of(change));
    for (const Index* index : change.added_indexes) add(new_.create_index(*index, *change.to));
  }

  void change_by_batches() {
    for (const Table* table : changes_.created) create_table(*table);
    for (const TableChange& change : changes_.changed) change_by_batch(change);
    drop_tables();
  }

  void change_by_batch(const TableChange& change) {
    if (!change.only_indexes() && needs_whole_definition(change)) {
      rebuild(change);
      return;
    }
    std::vector<const Index*> again = change.added_indexes;
    for (const Index* index : change.dropped_indexes) drop_index(*index, *change.from);
    if (!change.only_indexes()) {
      for (const Index& index : change.from->indexes) {  // which reflection does not give back as they are
        const bool stays = std::ranges::find(change.dropped_indexes, &index) == change.dropped_indexes.end();
        if (is_plain(index, *change.from) || !stays) continue;
        drop_index(index, *change.from);
        again.push_back(&index);
      }
      batch(change);
    }
    for (const Index* index : again) add(new_.create_index(*index, *change.to));
    triggers(change);
  }

  void batch(const TableChange& change) {
    const bool rebuilds = std::ranges::any_of(change.added_columns, [](const Column* column) {
      return !column->nullable && !column->server_default;  // ALTER TABLE does not take it, not even without rows
    });
    add(fmt::format("with op.batch_alter_table({}{}) as batch_op:", python_string(change.to->name),
                    rebuilds ? ", recreate='always'" : ""));
    Lines outer = std::move(lines_);
    lines_ = {};
    drop_foreign_keys(change, "batch_op", {});
    change_parts(change, "batch_op", {});
    create_foreign_keys(change, "batch_op", {});
    for (const std::string& line : lines_) outer.push_back("    " + line);
    lines_ = std::move(outer);
  }

  /// For what cannot be said step by step: the table is made anew from its whole definition, and the rows are copied as
  /// they are.
  void rebuild(const TableChange& change) {
    const std::string name = python_string(change.to->name);
    if (!change.added_columns.empty()) {
      add(fmt::format("with op.batch_alter_table({}) as batch_op:", name));
      for (const Column* column : change.added_columns) {
        Column loose = *column;
        loose.nullable = true;
        Table keyless = *change.to;
        keyless.primary_key.reset();
        add(fmt::format("    batch_op.add_column({})", new_.column(loose, keyless)));
      }
    }
    add("with op.batch_alter_table(");
    add(fmt::format("    {},", name));
    add("    recreate='always',");
    add("    copy_from=sa.Table(");
    add(fmt::format("        {},", name));
    add("        sa.MetaData(),");
    for (const std::string& part : new_.parts(*change.to)) add(fmt::format("        {},", part));
    add("    ),");
    add("):");
    add("    pass");
    for (const Index& index : change.to->indexes) add(new_.create_index(index, *change.to));
    triggers(change);
  }

  void triggers(const TableChange& change) {
    if (change.only_indexes()) return;
    for (const database::Trigger& trigger : change.from->triggers) {
      add(fmt::format("op.execute({})", python_sql(trigger.sql)));
    }
  }

  Dialect dialect_;
  const Schema& from_;
  SchemaChanges changes_;
  PythonWriter old_, new_;
  Lines lines_;
};

}  // namespace

GeneratedOperations render_operations(const Schema& from, const Schema& to, Dialect dialect) {
  Script up(from, to, dialect);
  Script down(to, from, dialect);
  GeneratedOperations generated{.upgrade = up.lines(), .downgrade = down.lines(), .imports = {}, .notes = {}};
  std::set<std::string> imports = up.imports();
  imports.merge(down.imports());
  std::set<std::string> notes = up.notes();
  notes.merge(down.notes());
  if (!to.others.empty() || !from.others.empty()) {
    notes.insert("Views, virtual tables and their triggers are not compared.");
  }
  generated.imports.assign(imports.begin(), imports.end());
  generated.notes = database::notes_on(up.changes());
  generated.notes.insert(generated.notes.end(), notes.begin(), notes.end());
  return generated;
}

}  // namespace liftlock::migration
