#include "database/translate_schema.hpp"

#include <gtest/gtest.h>

#include "database/compare_schema.hpp"
#include "database/sqlite_schema.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::database {
namespace {

using testing::need;

Schema of_table(Table table) {
  Schema schema;
  const std::string name = table.name;
  schema.tables.emplace(name, std::move(table));
  return schema;
}

/// As the PostgreSQL reader has it.
Schema postgres() {
  Table table;
  table.name = "chat";
  table.columns = {{"id", "INTEGER", false, "nextval", {}},   {"is_on", "BOOLEAN", false, "false", {}},
                   {"meta", "JSON", false, "'{}'::json", {}}, {"kind", "VARCHAR", true, "'a b'::character varying", {}},
                   {"at", "DATETIME", true, "now()", {}},     {"at_2", "BIGINT", true, std::nullopt, {}}};
  table.primary_key = PrimaryKey{"chat_pkey", {"id"}};
  table.unique_constraints = {{"chat_kind_at_key", {"kind", "at"}}, {"uq_named", {"kind"}}};
  table.foreign_keys = {{"chat_at_2_fkey", {"at_2"}, "other", {"id"}, "CASCADE", {}, {}}};
  table.check_constraints = {{"chat_check", "((kind)::text <> ''::text)"}};
  table.indexes = {{"i", {"at_2"}, false, "((kind)::text = 'x'::text)", "CREATE INDEX i …"}};
  return of_table(std::move(table));
}

Schema sqlite() {
  const auto table = need(parse_create_table(
      "CREATE TABLE chat (id INTEGER NOT NULL, is_on BOOLEAN DEFAULT 0 NOT NULL, meta JSON DEFAULT '{}' NOT NULL, "
      "kind VARCHAR DEFAULT 'a b', at DATETIME DEFAULT (CURRENT_TIMESTAMP), at_2 BIGINT, PRIMARY KEY (id), "
      "UNIQUE (id), UNIQUE (kind, at), CONSTRAINT uq_named UNIQUE (kind), FOREIGN KEY(at_2) REFERENCES "
      "other (id) ON DELETE "
      "CASCADE, "
      "CHECK ((kind) <> ''))"));
  Schema schema = of_table(table);
  schema.tables.at("chat").indexes = {{"i", {"at_2"}, false, "(kind) = 'x'", {}}};
  return schema;
}

std::string differences(const Schema& expected, const Schema& actual) {
  std::string text;
  for (const auto& difference : compare_schemas(expected, actual)) text += difference.text() + "\n";
  return text;
}

TEST(TranslateSchema, WhatSqlalchemyMakesOfOneTableIsEqualInBoth) {
  EXPECT_EQ(differences(sqlite(), translate_schema(postgres(), Dialect::postgresql, Dialect::sqlite, sqlite())), "");
  EXPECT_EQ(differences(postgres(), translate_schema(sqlite(), Dialect::sqlite, Dialect::postgresql, postgres())), "");
}

TEST(TranslateSchema, WhatDiffersStaysDifferent) {
  Schema other = sqlite();
  Table& table = other.tables.at("chat");
  table.column("is_on")->server_default = "1";
  table.column("kind")->type = "TEXT";
  table.indexes[0].where = "(kind) = 'y'";
  table.foreign_keys[0].on_delete = "SET NULL";
  table.unique_constraints[2].columns = {"at"};
  const Schema translated = translate_schema(other, Dialect::sqlite, Dialect::postgresql, postgres());
  EXPECT_EQ(compare_schemas(postgres(), translated).size(), 6U) << differences(postgres(), translated);
}

TEST(TranslateSchema, NamesAreCutAsPostgresqlCutsThem) {
  Table table;
  table.name = "a_table_with_a_name_that_is_rather_long_indeed";
  table.columns = {{"a_column_with_a_long_name", "TEXT", true, std::nullopt, {}}};
  table.unique_constraints = {{"", {"a_column_with_a_long_name"}}};
  const Schema translated = translate_schema(of_table(table), Dialect::sqlite, Dialect::postgresql);
  // As PostgreSQL 15 names it.
  EXPECT_EQ(translated.tables.begin()->second.unique_constraints[0].name,
            "a_table_with_a_name_that_is_rathe_a_column_with_a_long_name_key");
}

TEST(TranslateSchema, AMadeSqliteSchemaStaysItself) {
  EXPECT_EQ(differences(sqlite(), translate_schema(sqlite(), Dialect::sqlite, Dialect::sqlite)), "");
}

}  // namespace
}  // namespace liftlock::database
