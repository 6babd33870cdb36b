#include "migration/openwebui/peewee/fields.hpp"

#include <fmt/core.h>

namespace liftlock::migration::openwebui {

ColumnDefinition varchar(std::string_view name) { return column(name, types::string_255); }
ColumnDefinition text(std::string_view name) { return column(name, types::text); }
ColumnDefinition integer(std::string_view name) { return column(name, types::integer); }
ColumnDefinition boolean(std::string_view name) { return column(name, types::boolean); }
ColumnDefinition automatic_id() { return column("id", types::integer).primary_key(); }

namespace {

void create_unique_index(Operations& op, std::string_view table, const std::string& field) {
  const std::string name = fmt::format("{}_{}", table, field);
  if (!op.has_index(table, name)) op.create_index(name, table, {field}, {.unique = true, .where = {}});
}

ColumnDefinition spelled(const Operations& op, ColumnDefinition field) {
  if (op.dialect() == Dialect::sqlite && field.column.type == types::boolean) field.column.type = types::integer;
  if (op.dialect() == Dialect::postgresql && field.column.type == types::integer && !field.is_primary_key) {
    field.column.type = types::big_integer;
  }
  return field;
}

}  // namespace

void create_model(Operations& op, std::string_view table, std::vector<ColumnDefinition> fields,
                  const Names& unique_fields) {
  for (ColumnDefinition& field : fields) field = spelled(op, std::move(field));
  if (!op.has_table(table)) op.create_table(table, std::move(fields));
  for (const std::string& field : unique_fields) create_unique_index(op, table, field);
}

void add_unique_field(Operations& op, std::string_view table, ColumnDefinition field) {
  const std::string name = field.column.name;
  op.add_column(table, std::move(field));
  create_unique_index(op, table, name);
}

void add_field(Operations& op, std::string_view table, ColumnDefinition field, const Value& value_of_old_rows) {
  const std::string name = field.column.name;
  const bool must_wait = op.dialect() == Dialect::postgresql && !field.column.nullable;
  if (must_wait) field.column.nullable = true;  // until the rows have their values
  op.add_column(table, spelled(op, std::move(field)));
  op.rewrite_rows(table, [name, value_of_old_rows](Row& row) { row.set(name, value_of_old_rows); });
  if (must_wait) op.alter_column(table, name, not_null);
}

}  // namespace liftlock::migration::openwebui
