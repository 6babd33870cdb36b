#include "database/postgres_schema.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <nlohmann/json.hpp>
#include <utility>

#include "database/sqlite.hpp"

namespace liftlock::database::postgres {

namespace {

using Json = nlohmann::json;

/// Everything about the tables of the current schema, one row a table; each column is JSON text. Only constraints'
/// own indexes are left out of `indexes`.
constexpr std::string_view catalogue_sql = R"sql(
SELECT c.relname,
  (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated) ORDER BY a.attnum)
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT json_agg(json_build_array(k.conname, k.contype,
            (SELECT json_agg(a.attname ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY AS u(number, n)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
            (SELECT relname FROM pg_class WHERE oid = k.confrelid),
            (SELECT json_agg(a.attname ORDER BY n) FROM unnest(k.confkey) WITH ORDINALITY AS u(number, n)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
            k.confdeltype, k.confupdtype, k.condeferrable, k.condeferred, pg_get_expr(k.conbin, k.conrelid))
          ORDER BY k.conname)
     FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f')),
  (SELECT json_agg(json_build_array(ic.relname, i.indisunique,
            (SELECT json_agg(pg_get_indexdef(i.indexrelid, n, true) ||
                             CASE WHEN (i.indoption::int2[])[n - 1] & 1 = 1 THEN ' DESC' ELSE '' END ORDER BY n)
               FROM generate_series(1, i.indnkeyatts) AS n),
            pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid)) ORDER BY ic.relname)
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
     WHERE i.indrelid = c.oid AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid
                                                AND k.contype IN ('p', 'u', 'x'))),
  (SELECT json_agg(json_build_array(t.tgname, pg_get_triggerdef(t.oid)) ORDER BY t.tgname)
     FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
FROM pg_class c
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'p')
)sql";

std::string text_or_empty(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }
std::vector<std::string> names(const Json& value) {
  return value.is_array() ? value.get<std::vector<std::string>>() : std::vector<std::string>();
}

std::string action(const Json& code) {
  const std::string letter = text_or_empty(code);
  if (letter == "c") return "CASCADE";
  if (letter == "n") return "SET NULL";
  if (letter == "d") return "SET DEFAULT";
  if (letter == "r") return "RESTRICT";
  return {};
}

Column read_column(const Json& fields) {
  Column column{.name = fields[0],
                .type = schema_type(fields[1].get<std::string>()),
                .nullable = fields[2],
                .server_default = std::nullopt,
                .rest = {}};
  if (fields[3].is_string()) column.server_default = fields[3].get<std::string>();
  if (column.server_default && column.server_default->starts_with("nextval(")) column.server_default = "nextval";
  if (const std::string identity = text_or_empty(fields[4]); !identity.empty()) column.rest = "IDENTITY " + identity;
  if (const std::string generated = text_or_empty(fields[5]); !generated.empty()) column.rest = "GENERATED";
  return column;
}

void read_constraint(Table& table, const Json& fields) {
  const std::string name = fields[0];
  const std::string kind = fields[1];
  if (kind == "p") {
    table.primary_key = PrimaryKey{name, names(fields[2])};
  } else if (kind == "u") {
    table.unique_constraints.push_back({name, names(fields[2])});
  } else if (kind == "c") {
    table.check_constraints.push_back({name, text_or_empty(fields[9])});
  } else {
    const std::string rest = fields[7].get<bool>() ? (fields[8].get<bool>() ? "INITIALLY DEFERRED" : "DEFERRABLE") : "";
    table.foreign_keys.push_back(
        {name, names(fields[2]), fields[3], names(fields[4]), action(fields[5]), action(fields[6]), rest});
  }
}

Table table_of(const Answer& answer, int row) {
  const auto part = [&](int column) {
    const Value value = answer.value(row, column);
    return value.is_null() ? Json::array() : Json::parse(value.bytes());
  };
  Table table;
  table.name = answer.text(row, 0);
  for (const Json& fields : part(1)) table.columns.push_back(read_column(fields));
  for (const Json& fields : part(2)) read_constraint(table, fields);
  for (const Json& fields : part(3)) {
    Index index{
        .name = fields[0], .columns = names(fields[2]), .unique = fields[1], .where = std::nullopt, .sql = fields[4]};
    for (std::string& column : index.columns) {  // a plain name may come quoted
      if (column.size() > 2 && column.front() == '"' && column.back() == '"')
        column = column.substr(1, column.size() - 2);
    }
    if (fields[3].is_string()) index.where = fields[3].get<std::string>();
    table.indexes.push_back(std::move(index));
  }
  for (const Json& fields : part(4)) table.triggers.push_back({fields[0], fields[1]});
  return table;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> type_names{{
    {"text", "TEXT"},
    {"character varying", "VARCHAR"},
    {"bigint", "BIGINT"},
    {"integer", "INTEGER"},
    {"smallint", "SMALLINT"},
    {"boolean", "BOOLEAN"},
    {"timestamp without time zone", "DATETIME"},
    {"date", "DATE"},
    {"json", "JSON"},
    {"jsonb", "JSONB"},
    {"double precision", "FLOAT"},
}};

std::string quoted(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) parts.push_back(quote_identifier(column));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string constraint_name(const std::string& name) {
  return name.empty() ? std::string() : fmt::format("CONSTRAINT {} ", quote_identifier(name));
}

bool is_serial(const Table& table, const Column& column) {
  const bool is_key = table.primary_key && table.primary_key->columns == std::vector{column.name};
  const bool refers = std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) {
    return std::ranges::find(key.columns, column.name) != key.columns.end();
  });
  return is_key && !refers && !column.server_default && (column.type == "INTEGER" || column.type == "BIGINT");
}

}  // namespace

Type schema_type(std::string_view postgres) {
  const std::size_t size = postgres.find('(');
  const std::string_view name = postgres.substr(0, size);
  for (const auto& [theirs, ours] : type_names) {
    if (theirs != name) continue;
    return std::string(ours) + (size == std::string_view::npos ? std::string() : std::string(postgres.substr(size)));
  }
  return std::string(postgres);
}

std::string postgres_type(std::string_view type) {
  const std::size_t size = type.find('(');
  for (const auto& [theirs, ours] : type_names) {
    if (ours != type.substr(0, size)) continue;
    return std::string(theirs) + (size == std::string_view::npos ? std::string() : std::string(type.substr(size)));
  }
  return std::string(type);
}

std::string render_default(const Column& column) {
  std::string expression = *column.server_default;
  if (column.type == "BOOLEAN" && (expression == "0" || expression == "1")) {
    expression = expression == "1" ? "true" : "false";
  } else if (expression == "CURRENT_TIMESTAMP" || expression == "(CURRENT_TIMESTAMP)") {
    expression = "now()";
  }
  return expression;
}

std::string render_column(const Column& column) {
  return fmt::format("{} {}{}{}", quote_identifier(column.name), postgres_type(column.type),
                     column.server_default ? " DEFAULT " + render_default(column) : "",
                     column.nullable ? "" : " NOT NULL");
}

std::string render_conversion(const Column& column, std::string_view type) {
  const std::string name = quote_identifier(column.name);
  const auto is_date = [](std::string_view one) { return one == "DATETIME" || one == "DATE"; };
  const auto is_number = [](std::string_view one) { return one == "BIGINT" || one == "INTEGER"; };
  if (is_date(column.type) && is_number(type)) {
    return fmt::format("extract(epoch FROM {})::{}", name, postgres_type(type));
  }
  if (is_number(column.type) && type == "DATETIME") return fmt::format("to_timestamp({}) AT TIME ZONE 'UTC'", name);
  return fmt::format("{}::{}", name, postgres_type(type));
}

std::string render_foreign_key(const ForeignKey& key) {
  return fmt::format("{}FOREIGN KEY ({}) REFERENCES {}{}{}{}", constraint_name(key.name), quoted(key.columns),
                     quote_identifier(key.referred_table),
                     key.referred_columns.empty() ? "" : fmt::format(" ({})", quoted(key.referred_columns)),
                     key.on_delete.empty() ? "" : " ON DELETE " + key.on_delete,
                     key.on_update.empty() ? "" : " ON UPDATE " + key.on_update);
}

std::string render_create_table(const Table& table) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) {
    if (is_serial(table, column)) {
      parts.push_back(
          fmt::format("{} {}", quote_identifier(column.name), column.type == "BIGINT" ? "BIGSERIAL" : "SERIAL"));
    } else {
      parts.push_back(render_column(column));
    }
  }
  if (table.primary_key) {
    parts.push_back(fmt::format("{}PRIMARY KEY ({})", constraint_name(table.primary_key->name),
                                quoted(table.primary_key->columns)));
  }
  for (const UniqueConstraint& unique : table.unique_constraints) {
    parts.push_back(fmt::format("{}UNIQUE ({})", constraint_name(unique.name), quoted(unique.columns)));
  }
  for (const CheckConstraint& check : table.check_constraints) {
    parts.push_back(fmt::format("{}CHECK ({})", constraint_name(check.name), check.condition));
  }
  for (const ForeignKey& key : table.foreign_keys) parts.push_back(render_foreign_key(key));
  return fmt::format("CREATE TABLE {} ({})", quote_identifier(table.name), fmt::join(parts, ", "));
}

std::string render_create_index(const Index& index, const Table& table) {
  std::vector<std::string> columns;
  for (const std::string& column : index.columns) {
    columns.push_back(table.column(column) != nullptr ? quote_identifier(column) : column);
  }
  return fmt::format("CREATE {}INDEX {} ON {} ({}){}", index.unique ? "UNIQUE " : "", quote_identifier(index.name),
                     quote_identifier(table.name), fmt::join(columns, ", "),
                     index.where ? " WHERE " + *index.where : "");
}

namespace {

std::string one_table_sql() { return std::string(catalogue_sql) + " AND c.relname = $1"; }

}  // namespace

Result<Schema> read_schema(Connection& connection) {
  if (!TRY(connection.query_text("SELECT current_schema()"))) {
    return refusal("database-schema", "Reading the schema of the database",
                   "No schema of the search path exists for this user.",
                   "Create it, or name the right one in DATABASE_SCHEMA.");
  }
  Schema schema;
  const Answer tables = TRY(connection.query(std::string(catalogue_sql)));
  for (int row = 0; row < tables.rows(); ++row) {
    Table table = table_of(tables, row);
    schema.tables.emplace(table.name, std::move(table));
  }
  const Answer views = TRY(connection.query(
      "SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE "
      "nspname = current_schema()) AND relkind IN ('v', 'm') ORDER BY 1"));
  for (int row = 0; row < views.rows(); ++row) {
    schema.others.push_back({"view", views.text(row, 0), views.text(row, 0), views.text(row, 1)});
  }
  return schema;
}

TableReader::TableReader(Connection& connection) : connection_(connection) {
  static std::atomic<int> number = 0;  // a session may see several of them
  statement_ = fmt::format("liftlock_table_{}", ++number);
}

Result<std::optional<Table>> TableReader::read(std::string_view name) {
  if (!std::exchange(is_prepared_, true)) TRY(connection_.prepare(statement_, one_table_sql()));
  const Answer answer = TRY(connection_.query_prepared(statement_, {Value::text(name)}));
  if (answer.rows() == 0) return std::optional<Table>();
  return std::optional(table_of(answer, 0));
}

Result<std::optional<Table>> read_table(Connection& connection, std::string_view name) {
  const Answer answer = TRY(connection.query(one_table_sql(), {Value::text(name)}));
  if (answer.rows() == 0) return std::optional<Table>();
  return std::optional(table_of(answer, 0));
}

}  // namespace liftlock::database::postgres
