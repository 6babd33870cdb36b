#pragma once

#include "migration/operations.hpp"

/// Peewee's fields and operations: CharField is VARCHAR(255), BigIntegerField and BooleanField are INTEGER on SQLite,
/// and a unique field has a unique index "<table>_<field>" in place of a constraint.
namespace liftlock::migration::openwebui {

[[nodiscard]] ColumnDefinition varchar(std::string_view name);
[[nodiscard]] ColumnDefinition text(std::string_view name);
/// A BigIntegerField.
[[nodiscard]] ColumnDefinition integer(std::string_view name);
[[nodiscard]] ColumnDefinition boolean(std::string_view name);
/// The AutoField `id`.
[[nodiscard]] ColumnDefinition automatic_id();

/// Peewee creates a model's table only where there is none, and its unique indexes likewise.
void create_model(Operations& op, std::string_view table, std::vector<ColumnDefinition> fields,
                  const Names& unique_fields);
void add_unique_field(Operations& op, std::string_view table, ColumnDefinition field);
/// Peewee's `default` is no default of the database: it is written into the rows that are there.
void add_field(Operations& op, std::string_view table, ColumnDefinition field, const Value& value_of_old_rows);

inline const Alteration not_null{.type = {}, .nullable = false, .new_column_name = {}, .server_default = {}};

}  // namespace liftlock::migration::openwebui
