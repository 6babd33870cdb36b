#include "database/translate_schema.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "database/normal_form.hpp"
#include "database/sql_tokens.hpp"

namespace liftlock::database {

namespace {

constexpr std::size_t longest_name = 63;  // NAMEDATALEN - 1

/// makeObjectName() of PostgreSQL: the longer of the two parts is cut until all fits.
std::string generated_name(std::string table, std::string columns, const std::string& label) {
  const std::size_t overhead = label.size() + (columns.empty() ? 1 : 2);
  while (table.size() + columns.size() + overhead > longest_name) {
    (table.size() > columns.size() ? table : columns).pop_back();
  }
  return columns.empty() ? fmt::format("{}_{}", table, label) : fmt::format("{}_{}_{}", table, columns, label);
}

std::string joined(const std::vector<std::string>& columns) { return fmt::format("{}", fmt::join(columns, "_")); }

std::string key_name(const Table& table) { return generated_name(table.name, {}, "pkey"); }
std::string unique_name(const Table& table, const UniqueConstraint& unique) {
  return generated_name(table.name, joined(unique.columns), "key");
}
std::string foreign_key_name(const Table& table, const ForeignKey& key) {
  return generated_name(table.name, joined(key.columns), "fkey");
}

/// Whether `name` is `generated`, or what PostgreSQL makes of that where it is taken: with a number behind it.
bool is_generated(std::string_view name, std::string_view generated) {
  return name.starts_with(generated) &&
         std::ranges::all_of(name.substr(generated.size()), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// The expression as SQLite's scripts have it: without casts ('x'::text) and quotes that need not be.
std::string without_casts(const std::string& expression) {
  std::string text;
  std::size_t copied = 0;
  const auto tokens = tokenize_sql(expression);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (!tokens[i].is(":") || !tokens[i + 1].is(":")) continue;
    text += expression.substr(copied, tokens[i].begin - copied);
    std::size_t last = i + 2;
    // "character varying", "timestamp without time zone"
    while (last + 1 < tokens.size() && tokens[last + 1].kind == SqlToken::Kind::word) {
      const bool goes_on = tokens[last + 1].is("varying") || tokens[last + 1].is("without") ||
                           tokens[last + 1].is("with") || tokens[last + 1].is("time") || tokens[last + 1].is("zone") ||
                           tokens[last + 1].is("precision");
      if (!goes_on) break;
      ++last;
    }
    copied = tokens[last].end;
    i = last;
  }
  text += expression.substr(copied);
  return text;
}

bool has_outer_parentheses(std::string_view text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  int depth = 0;
  for (const SqlToken& token : tokenize_sql(text)) {
    if (token.is("(")) ++depth;
    if (token.is(")") && --depth == 0) return token.end == text.size();
  }
  return false;
}

std::string condition_for_sqlite(const std::string& condition) {
  std::string text = without_casts(condition);
  while (has_outer_parentheses(text)) text = text.substr(1, text.size() - 2);
  return text;
}

void default_for_sqlite(Column& column) {
  if (!column.server_default) return;
  std::string text = condition_for_sqlite(*column.server_default);
  if (text == "nextval") {
    column.server_default.reset();
    return;
  }
  if (column.type == "BOOLEAN" && (text == "false" || text == "true")) text = text == "true" ? "1" : "0";
  if (text == "now()") text = "CURRENT_TIMESTAMP";
  column.server_default = normal_default(text);
}

void default_for_postgres(Column& column) {
  if (!column.server_default) return;
  std::string text = normal_default(*column.server_default);
  if (column.type == "BOOLEAN" && (text == "0" || text == "1")) text = text == "1" ? "true" : "false";
  if (upper(text) == "CURRENT_TIMESTAMP") text = "now()";
  column.server_default = text;
}

void to_sqlite(Table& table) {
  for (Column& column : table.columns) {
    if (upper(column.type) == "JSONB") column.type = "JSON";
    default_for_sqlite(column);
  }
  if (table.primary_key && is_generated(table.primary_key->name, key_name(table))) table.primary_key->name.clear();
  for (UniqueConstraint& unique : table.unique_constraints) {
    if (is_generated(unique.name, unique_name(table, unique))) unique.name.clear();
  }
  for (ForeignKey& key : table.foreign_keys) {
    if (is_generated(key.name, foreign_key_name(table, key))) key.name.clear();
  }
  for (CheckConstraint& check : table.check_constraints) {
    check.condition = condition_for_sqlite(check.condition);
    if (check.name.ends_with("_check")) check.name.clear();
  }
  for (Index& index : table.indexes) {
    for (std::string& column : index.columns) {
      if (table.column(column) == nullptr) column = without_casts(column);
    }
    if (index.where) index.where = condition_for_sqlite(*index.where);
  }
}

bool is_serial(const Table& table, const Column& column) {
  const bool is_key = table.primary_key && table.primary_key->columns == std::vector{column.name};
  const bool refers = std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) {
    return std::ranges::find(key.columns, column.name) != key.columns.end();
  });
  return is_key && !refers && !column.server_default && (column.type == "INTEGER" || column.type == "BIGINT");
}

/// UNIQUE without a name on the primary key's columns, which PostgreSQL leaves out of a table that is made with both.
bool repeats_key(const Table& table, const UniqueConstraint& unique) {
  return unique.name.empty() && table.primary_key && unique.columns == table.primary_key->columns;
}

void to_postgres(Table& table) {
  std::erase_if(table.unique_constraints, [&](const UniqueConstraint& unique) { return repeats_key(table, unique); });
  for (Column& column : table.columns) {
    column.type = upper(column.type);
    default_for_postgres(column);
    if (is_serial(table, column)) column.server_default = "nextval";
  }
  if (table.primary_key && table.primary_key->name.empty()) table.primary_key->name = key_name(table);
  for (UniqueConstraint& unique : table.unique_constraints) {
    if (unique.name.empty()) unique.name = unique_name(table, unique);
  }
  for (ForeignKey& key : table.foreign_keys) {
    if (key.name.empty()) key.name = foreign_key_name(table, key);
  }
  for (CheckConstraint& check : table.check_constraints) {
    if (check.name.empty()) check.name = generated_name(table.name, {}, "check");
  }
}

std::string neutral(const std::string& expression) { return normal_expression(condition_for_sqlite(expression)); }

std::optional<std::string> neutral_default(Column column) {
  default_for_sqlite(column);
  return column.server_default;
}

bool same_index(const Index& one, const Index& other) {
  const auto same = [](const std::string& a, const std::string& b) { return neutral(a) == neutral(b); };
  return one.unique == other.unique && std::ranges::equal(one.columns, other.columns, same) &&
         neutral(one.where.value_or("")) == neutral(other.where.value_or(""));
}

/// Gives the parts that mean the same the model's spelling.
void spell_like(Table& table, const Table& model) {
  for (Column& column : table.columns) {
    const Column* other = model.column(column.name);
    if (other == nullptr) continue;
    const bool both_json = upper(column.type).starts_with("JSON") && upper(other->type).starts_with("JSON");
    if (both_json) column.type = other->type;
    const bool both_default = column.server_default && other->server_default;
    if (both_default && neutral_default(column) == neutral_default(*other))
      column.server_default = other->server_default;
  }
  for (Index& index : table.indexes) {
    const auto other = std::ranges::find(model.indexes, index.name, &Index::name);
    if (other != model.indexes.end() && same_index(index, *other)) index = *other;
  }
  for (const UniqueConstraint& unique : model.unique_constraints) {
    if (repeats_key(model, unique) && repeats_key(table, unique)) table.unique_constraints.push_back(unique);
  }
  for (CheckConstraint& check : table.check_constraints) {
    const auto other = std::ranges::find(model.check_constraints, check.name, &CheckConstraint::name);
    const bool same = other != model.check_constraints.end() && neutral(check.condition) == neutral(other->condition);
    if (same) check.condition = other->condition;
  }
}

}  // namespace

Schema translate_schema(const Schema& schema, Dialect from, Dialect to, const Schema& model) {
  Schema translated = schema;
  if (from == to) return translated;
  translated.others.clear();
  for (auto& [name, table] : translated.tables) {
    table.sql.clear();
    table.triggers.clear();
    for (Index& index : table.indexes) index.sql.clear();
    for (Column& column : table.columns) column.rest.clear();
    if (to == Dialect::sqlite)
      to_sqlite(table);
    else
      to_postgres(table);
    if (const Table* other = model.table(name)) spell_like(table, *other);
  }
  return translated;
}

}  // namespace liftlock::database
