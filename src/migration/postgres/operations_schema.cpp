// The schema half of PostgresOperations: each operation runs at once.

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "database/sqlite.hpp"
#include "migration/postgres/inserter.hpp"
#include "migration/postgres/operations.hpp"
#include "migration/table_changes.hpp"

namespace liftlock::migration::postgres {

using database::quote_identifier;
using database::Table;

namespace {

std::string quoted(const Names& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) parts.push_back(quote_identifier(column));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string alter(std::string_view table) { return fmt::format("ALTER TABLE {} ", quote_identifier(table)); }

std::string constraint(std::string_view name) {
  return name.empty() ? std::string() : fmt::format("CONSTRAINT {} ", quote_identifier(name));
}

/// True where the server guards already that no two rows are alike in these columns, and none is NULL: what steps will
/// do to the rows, they may do under a primary key as well.
bool is_key_already(const TableState& table, const Names& columns) {
  const bool never_null = std::ranges::all_of(columns, [&](const auto& name) {
    const database::Column* column = table.known.column(name);
    return column != nullptr && !column->nullable;
  });
  const auto guards = [&](const database::Index& index) {
    return index.unique && !index.where && index.columns == columns;
  };
  return never_null && table.deferred.empty() && std::ranges::any_of(table.known.indexes, guards);
}

}  // namespace

void PostgresOperations::create_table(std::string_view name, std::vector<ColumnDefinition> columns,
                                      std::vector<Constraint> constraints) {
  if (has_table(name)) throw std::logic_error(fmt::format("{}: the table {} is there already", revision(), name));
  Table made_of = definition::make(name, std::move(columns), std::move(constraints));
  for (const database::ForeignKey& key : made_of.foreign_keys) make_ready_to_refer(key.referred_table);
  must(connection_.execute(pg::render_create_table(made_of)));
  TableState& made = tables_[std::string(name)];
  made.is_made_here = true;
  made.deferred = std::move(made_of.indexes);
  read_again(name);
}

void PostgresOperations::make_ready_to_refer(std::string_view name) {
  if (!has_table(name)) return;  // the table that is being made
  flush(name);
  build_deferred(name);
}

void PostgresOperations::drop_table(std::string_view name) {
  come_to_rest(name);
  must(connection_.execute(fmt::format("DROP TABLE {}", quote_identifier(name))));
  const auto before = std::ranges::find_if(renamed_, [&](const auto& entry) { return entry.second == name; });
  if (before != renamed_.end()) {
    dropped_.insert(before->first);
    renamed_.erase(before);
  }
  moves_.erase(std::string(name));
  tables_.erase(std::string(name));
}

void PostgresOperations::rename_table(std::string_view name, std::string_view new_name) {
  if (has_table(new_name))
    throw std::logic_error(fmt::format("{}: the table {} is there already", revision(), new_name));
  come_to_rest(name);
  flush(name);
  must(connection_.execute(alter(name) + "RENAME TO " + quote_identifier(new_name)));
  auto node = tables_.extract(tables_.find(name));
  node.key() = std::string(new_name);
  tables_.insert(std::move(node));
  for (const auto& inserter : inserters_) {
    if (inserter->table() == name) inserter->rename(std::string(new_name));
    if (inserter->from() == name) inserter->rename_from(std::string(new_name));
  }
  for (auto& [before, now] : renamed_) {
    if (now == name) now = new_name;
  }
  if (auto moves = moves_.extract(std::string(name)); !moves.empty()) {
    moves.key() = std::string(new_name);
    moves_.insert(std::move(moves));
  }
  read_again(new_name);
  for (const auto& [other, table] : tables_) {
    const bool refers =
        std::ranges::any_of(table.known.foreign_keys, [&](const auto& key) { return key.referred_table == name; });
    if (refers) read_again(other);
  }
}

void PostgresOperations::add_column(std::string_view name, ColumnDefinition column) {
  if (has_column(name, column.column.name)) {
    throw std::logic_error(fmt::format("{}: {}.{} is there already", revision(), name, column.column.name));
  }
  std::string sql = alter(name) + "ADD COLUMN " + pg::render_column(column.column);
  if (column.is_unique) sql += " UNIQUE";
  if (column.references_) {
    make_ready_to_refer(column.references_->referred_table);
    sql += fmt::format(", ADD {}", pg::render_foreign_key(*column.references_));
  }
  change(name, sql);
  if (column.is_indexed) {
    create_index(fmt::format("ix_{}_{}", name, column.column.name), name, {column.column.name}, {});
  }
}

void PostgresOperations::drop_column(std::string_view name, std::string_view column) {
  if (!has_column(name, column)) {
    throw std::logic_error(fmt::format("{}: there is no column {}.{}", revision(), name, column));
  }
  come_to_rest(name);
  std::erase_if(state(name).deferred,
                [&](const auto& index) { return std::ranges::find(index.columns, column) != index.columns.end(); });
  change(name, alter(name) + "DROP COLUMN " + quote_identifier(column));
}

namespace {

/// Sets what the server would not take for JSON to NULL; it is kept in quarantine.
class OnlyJson final : public RowStep {
 public:
  OnlyJson(Operations& op, std::string table, std::string column, bool nullable)
      : op_(op), table_(std::move(table)), column_(std::move(column)), nullable_(nullable) {}

  void apply(Row& row) override {
    const Value value = row.get(column_);
    if (value.is_null()) return;
    simdjson::padded_string padded(value.bytes());
    if (parser_.parse(padded).error() == simdjson::SUCCESS) return;
    const bool has_id = op_.has_column(table_, "id");
    op_.quarantine(table_, has_id ? row.text("id") : "", column_, value.bytes(), "This is not JSON.");
    row.set(column_, nullable_ ? Value() : Value::text("null"));
  }

 private:
  Operations& op_;
  std::string table_;
  std::string column_;
  bool nullable_;
  simdjson::dom::parser parser_;
};

}  // namespace

void PostgresOperations::quarantine_what_is_no_json(std::string_view name, const database::Column& column) {
  rewrite_rows(name, std::make_unique<OnlyJson>(*this, std::string(name), column.name, column.nullable));
  run_steps(name);
}

void PostgresOperations::alter_column(std::string_view name, std::string_view column_name,
                                      const Alteration& alteration) {
  if (!has_column(name, column_name)) {
    throw std::logic_error(fmt::format("{}: there is no column {}.{}", revision(), name, column_name));
  }
  come_to_rest(name);
  const database::Column column = *definition(name).column(column_name);
  const std::string altered = alter(name) + "ALTER COLUMN " + quote_identifier(column_name) + " ";
  if (alteration.server_default) change(name, altered + "DROP DEFAULT");
  if (alteration.type && *alteration.type != column.type) {
    if (*alteration.type == types::json) quarantine_what_is_no_json(name, column);
    change(name, fmt::format("{}TYPE {} USING {}", altered, pg::postgres_type(*alteration.type),
                             pg::render_conversion(column, *alteration.type)));
  }
  if (alteration.nullable && *alteration.nullable != column.nullable) {
    change(name, altered + (*alteration.nullable ? "DROP NOT NULL" : "SET NOT NULL"));
  }
  if (alteration.server_default && *alteration.server_default) {
    database::Column changed = column;
    if (alteration.type) changed.type = *alteration.type;
    changed.server_default = *alteration.server_default;
    change(name, altered + "SET DEFAULT " + pg::render_default(changed));
  }
  if (!alteration.new_column_name) return;
  change(name, fmt::format("{}RENAME COLUMN {} TO {}", alter(name), quote_identifier(column_name),
                           quote_identifier(*alteration.new_column_name)));
  for (database::Index& index : state(name).deferred) {
    std::ranges::replace(index.columns, std::string(column_name), *alteration.new_column_name);
  }
  read_again(name);
}

void PostgresOperations::create_index(std::string_view name, std::string_view table_name, Names columns,
                                      IndexOptions options) {
  TableState& table = state(table_name);
  table.deferred.push_back({std::string(name), std::move(columns), options.unique, std::move(options.where), {}});
  table.known.indexes.push_back(table.deferred.back());
}

void PostgresOperations::drop_index(std::string_view name, std::string_view table_name) {
  if (!has_index(table_name, name)) {
    throw std::logic_error(fmt::format("{}: there is no index {} on {}", revision(), name, table_name));
  }
  TableState& table = state(table_name);
  if (std::erase_if(table.deferred, [&](const auto& index) { return index.name == name; }) > 0) {
    std::erase_if(table.known.indexes, [&](const auto& index) { return index.name == name; });
    return;
  }
  change(table_name, "DROP INDEX " + quote_identifier(name));
}

void PostgresOperations::create_primary_key(std::string_view name, std::string_view table, Names columns) {
  if (!is_key_already(state(table), columns)) come_to_rest(table);
  change(table, fmt::format("{}ADD {}PRIMARY KEY ({})", alter(table), constraint(name), quoted(columns)));
}

void PostgresOperations::create_unique_constraint(std::string_view name, std::string_view table, Names columns) {
  come_to_rest(table);
  change(table, fmt::format("{}ADD {}UNIQUE ({})", alter(table), constraint(name), quoted(columns)));
}

void PostgresOperations::create_check_constraint(std::string_view name, std::string_view table, std::string condition) {
  come_to_rest(table);
  change(table, fmt::format("{}ADD {}CHECK ({})", alter(table), constraint(name), condition));
}

void PostgresOperations::create_foreign_key(std::string_view name, std::string_view table,
                                            std::string_view referred_table, Names columns, Names referred_columns,
                                            std::string on_delete) {
  come_to_rest(table);
  come_to_rest(referred_table);
  make_ready_to_refer(referred_table);
  const database::ForeignKey key{std::string(name),
                                 std::move(columns),
                                 std::string(referred_table),
                                 std::move(referred_columns),
                                 std::move(on_delete),
                                 {},
                                 {}};
  change(table, fmt::format("{}ADD {}", alter(table), pg::render_foreign_key(key)));
}

void PostgresOperations::drop_constraint(std::string_view name, std::string_view table_name, ConstraintKind kind) {
  make_keys(table_name);
  const Table& table = definition(table_name);
  std::vector<std::string> names;
  const auto collect = [&](const auto& constraints) {
    for (const auto& one : constraints) {
      if (name.empty() || one.name == name) names.push_back(one.name);
    }
  };
  switch (kind) {
    case ConstraintKind::primary_key:
      if (table.primary_key && (name.empty() || table.primary_key->name == name)) {
        names.push_back(table.primary_key->name);
      }
      break;
    case ConstraintKind::unique:
      collect(table.unique_constraints);
      break;
    case ConstraintKind::check:
      collect(table.check_constraints);
      break;
    case ConstraintKind::foreign_key:
      collect(table.foreign_keys);
      break;
  }
  if (names.size() != 1) {
    throw std::logic_error(fmt::format("{}: there is no constraint {} on {}", revision(), name, table_name));
  }
  change(table_name, alter(table_name) + "DROP CONSTRAINT " + quote_identifier(names.front()));
}

}  // namespace liftlock::migration::postgres
