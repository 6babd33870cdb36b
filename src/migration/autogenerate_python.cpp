#include "migration/autogenerate_python.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "database/normal_form.hpp"

namespace liftlock::migration {

using database::CheckConstraint;
using database::Column;
using database::Dialect;
using database::ForeignKey;
using database::Index;
using database::PrimaryKey;
using database::Table;
using database::UniqueConstraint;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 23> sqlalchemy_types{{
    {"TEXT", "sa.Text()"},
    {"VARCHAR", "sa.String()"},
    {"INTEGER", "sa.Integer()"},
    {"BIGINT", "sa.BigInteger()"},
    {"SMALLINT", "sa.SmallInteger()"},
    {"BOOLEAN", "sa.Boolean()"},
    {"JSON", "sa.JSON()"},
    {"DATETIME", "sa.DateTime()"},
    {"TIMESTAMP", "sa.TIMESTAMP()"},
    {"TIMESTAMP WITH TIME ZONE", "sa.DateTime(timezone=True)"},
    {"DATE", "sa.Date()"},
    {"TIME", "sa.Time()"},
    {"TIME WITHOUT TIME ZONE", "sa.Time()"},
    {"FLOAT", "sa.Float()"},
    {"REAL", "sa.REAL()"},
    {"DOUBLE", "sa.DOUBLE()"},
    {"NUMERIC", "sa.Numeric()"},
    {"DECIMAL", "sa.DECIMAL()"},
    {"BLOB", "sa.LargeBinary()"},
    {"BYTEA", "sa.LargeBinary()"},
    {"UUID", "sa.Uuid()"},
    {"CHAR", "sa.CHAR()"},
    {"", "sa.types.NullType()"},
}};

/// Types of PostgreSQL's that are named as they are spelled.
constexpr std::array<std::string_view, 6> postgres_types{"JSONB", "TSVECTOR", "INET", "CIDR", "HSTORE", "INTERVAL"};

std::string quoted_list(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) parts.push_back(python_string(column));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string name_argument(const std::string& name) {
  return name.empty() ? std::string() : fmt::format(", name={}", python_string(name));
}

std::string escaped_colons(std::string_view sql) {
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  std::string text;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const bool parameter = sql[i] == ':' && i + 1 < sql.size() && is_word(sql[i + 1]) && (i == 0 || sql[i - 1] != ':');
    if (parameter) text += '\\';
    text += sql[i];
  }
  return text;
}

}  // namespace

std::string python_string(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string literal(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      literal += '\\';
      literal += c;
    } else if (c == '\n') {
      literal += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      literal += fmt::format("\\x{:02x}", byte);
    } else {
      literal += c;
    }
  }
  return literal + quote;
}

std::string python_list(const std::vector<std::string>& texts) { return fmt::format("[{}]", quoted_list(texts)); }

std::string python_sql(std::string_view sql) { return fmt::format("sa.text({})", python_string(escaped_colons(sql))); }

std::string PythonWriter::type(std::string_view spelled) {
  const std::string text = database::upper(std::string(spelled));
  const std::size_t open = text.find('(');
  std::string name = text.substr(0, open);
  while (!name.empty() && name.back() == ' ') name.pop_back();
  const bool has_size = open != std::string::npos && text.find(')', open) == text.size() - 1;
  const std::string size = has_size ? text.substr(open + 1, text.size() - open - 2) : std::string();
  if (text.ends_with("[]")) return fmt::format("sa.ARRAY({})", type(text.substr(0, text.size() - 2)));
  if (std::ranges::find(postgres_types, name) != postgres_types.end() && dialect_ == Dialect::postgresql) {
    imports_.insert("from sqlalchemy.dialects import postgresql");
    return fmt::format("postgresql.{}()", name);
  }
  for (const auto& [known, constructor] : sqlalchemy_types) {
    if (known != name) continue;
    if (size.empty()) return std::string(constructor);
    return fmt::format("{}{})", constructor.substr(0, constructor.size() - 1), size);
  }
  notes_.insert(fmt::format("SQLAlchemy has no type that is called {}: such a column is written as text.", spelled));
  return "sa.Text()";
}

bool PythonWriter::is_serial(const Column& column) const {
  return dialect_ == Dialect::postgresql && column.server_default == "nextval";
}

std::string PythonWriter::column(const Column& column, const Table& table) {
  std::string text = fmt::format("sa.Column({}, {}", python_string(column.name), type(column.type));
  const bool is_key = database::is_key_column(table, column.name);
  const bool is_integer = column.type == "INTEGER" || column.type == "BIGINT" || column.type == "SMALLINT";
  if (is_serial(column)) {
    text += ", autoincrement=True";
  } else if (is_key && is_integer && dialect_ == Dialect::postgresql) {
    text += ", autoincrement=False";
  }
  if (column.server_default && !is_serial(column)) {
    text += fmt::format(", server_default={}", python_sql(*column.server_default));
  }
  if (!column.rest.empty()) {
    notes_.insert(
        fmt::format("{}.{} is also declared {}, which is not written.", table.name, column.name, column.rest));
  }
  return fmt::format("{}, nullable={})", text, column.nullable && !is_key ? "True" : "False");
}

std::string PythonWriter::primary_key(const PrimaryKey& key) const {
  return fmt::format("sa.PrimaryKeyConstraint({}{})", quoted_list(key.columns), name_argument(key.name));
}

std::string PythonWriter::unique(const UniqueConstraint& unique) const {
  return fmt::format("sa.UniqueConstraint({}{})", quoted_list(unique.columns), name_argument(unique.name));
}

std::string PythonWriter::check(const CheckConstraint& check) const {
  return fmt::format("sa.CheckConstraint({}{})", python_sql(check.condition), name_argument(check.name));
}

std::vector<std::string> PythonWriter::referred_columns(const ForeignKey& key) const {
  if (!key.referred_columns.empty()) return key.referred_columns;
  const Table* referred = schema_.table(key.referred_table);
  const bool known = referred != nullptr && referred->primary_key;
  return known ? referred->primary_key->columns : std::vector<std::string>{"id"};
}

std::string PythonWriter::actions(const ForeignKey& key) {
  std::string text;
  if (!key.on_delete.empty()) text += fmt::format(", ondelete={}", python_string(key.on_delete));
  if (!key.on_update.empty()) text += fmt::format(", onupdate={}", python_string(key.on_update));
  return text;
}

std::string PythonWriter::foreign_key(const ForeignKey& key) const {
  std::vector<std::string> referred;
  for (const std::string& column : referred_columns(key)) {
    referred.push_back(fmt::format("{}.{}", key.referred_table, column));
  }
  return fmt::format("sa.ForeignKeyConstraint({}, {}{}{})", python_list(key.columns), python_list(referred),
                     name_argument(key.name), actions(key));
}

std::vector<std::string> PythonWriter::parts(const Table& table) {
  std::vector<std::string> lines;
  for (const Column& each : table.columns) lines.push_back(column(each, table));
  if (table.primary_key) lines.push_back(primary_key(*table.primary_key));
  for (const UniqueConstraint& each : table.unique_constraints) lines.push_back(unique(each));
  for (const CheckConstraint& each : table.check_constraints) lines.push_back(check(each));
  for (const ForeignKey& each : table.foreign_keys) lines.push_back(foreign_key(each));
  return lines;
}

std::string PythonWriter::create_index(const Index& index, const Table& table) const {
  std::vector<std::string> columns;
  for (const std::string& column : index.columns) {
    columns.push_back(table.column(column) != nullptr ? python_string(column) : python_sql(column));
  }
  std::string text = fmt::format("op.create_index({}, {}, [{}], unique={}", python_string(index.name),
                                 python_string(table.name), fmt::join(columns, ", "), index.unique ? "True" : "False");
  if (index.where) {
    text +=
        fmt::format(", {}_where={}", dialect_ == Dialect::sqlite ? "sqlite" : "postgresql", python_sql(*index.where));
  }
  return text + ")";
}

}  // namespace liftlock::migration
