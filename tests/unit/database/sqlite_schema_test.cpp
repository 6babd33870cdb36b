#include "database/sqlite_schema.hpp"

#include <gtest/gtest.h>

#include "database/compare_schema.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::database {
namespace {

using testing::need;

TEST(SqliteSchema, UnderstandsWhatAColumnCanSay) {
  const auto table = need(parse_create_table(R"sql(
    CREATE TABLE IF NOT EXISTS "odd ""name""" ( -- a comment, with a comma
      id INTEGER PRIMARY KEY AUTOINCREMENT, `b` VARCHAR(255) NOT NULL NOT NULL DEFAULT ('a,b)'),
      [c d] DECIMAL(10, 2) CONSTRAINT positive CHECK ("c d" > 0) COLLATE NOCASE, e DEFAULT -1.5 UNIQUE,
      f TEXT REFERENCES other (x) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
      g INT GENERATED ALWAYS AS (id * 2) STORED, /* , */ h DATETIME DEFAULT CURRENT_TIMESTAMP NULL,
      CONSTRAINT u UNIQUE (b, e), FOREIGN KEY(b, e) REFERENCES "third"(p, q) CHECK (id <> 4)
    ) STRICT)sql"));
  EXPECT_EQ(table.name, "odd \"name\"");
  ASSERT_EQ(table.columns.size(), 7U);
  EXPECT_TRUE(table.primary_key->autoincrement);
  EXPECT_EQ(table.columns[1].type, "VARCHAR(255)");
  EXPECT_FALSE(table.columns[1].nullable);
  EXPECT_EQ(table.columns[1].server_default, "('a,b)')");
  EXPECT_EQ(table.columns[2].name, "c d");
  EXPECT_EQ(table.columns[2].type, "DECIMAL(10, 2)");
  EXPECT_EQ(table.columns[2].rest, "COLLATE NOCASE");
  EXPECT_EQ(table.columns[3].type, "");
  EXPECT_EQ(table.columns[3].server_default, "-1.5");
  EXPECT_EQ(table.columns[5].rest, "GENERATED ALWAYS AS (id * 2) STORED");
  EXPECT_TRUE(table.columns[6].nullable);
  ASSERT_EQ(table.unique_constraints.size(), 2U);
  EXPECT_EQ(table.unique_constraints[1].columns, (std::vector<std::string>{"b", "e"}));
  ASSERT_EQ(table.foreign_keys.size(), 2U);
  EXPECT_EQ(table.foreign_keys[0].on_delete, "SET NULL");
  EXPECT_EQ(table.foreign_keys[0].rest, "DEFERRABLE INITIALLY DEFERRED");
  EXPECT_EQ(table.foreign_keys[1].referred_table, "third");
  ASSERT_EQ(table.check_constraints.size(), 2U);
  EXPECT_EQ(table.check_constraints[0].name, "positive");
  EXPECT_TRUE(table.strict);
}

TEST(SqliteSchema, WhatItRendersIsWhatItRead) {
  for (const char* sql :
       {"CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, \"select\" TEXT DEFAULT 'x''y' NOT NULL, UNIQUE "
        "(\"select\"))",
        "CREATE TABLE b (k TEXT, v JSON DEFAULT '{}' NOT NULL, n INT CHECK (n <> 1), CONSTRAINT pk_b PRIMARY KEY (k, "
        "n)) WITHOUT ROWID",
        "CREATE TABLE c (x TEXT COLLATE NOCASE REFERENCES a(id) ON DELETE CASCADE, y AS (x || 'z'))"}) {
    const auto table = need(parse_create_table(sql));
    auto connection = need(Connection::memory());
    need(connection.execute(render_create_table(table, "copy")));
    auto schema = need(read_schema(connection));
    auto again = schema.tables.at("copy");
    auto original = table;
    Schema left, right;
    left.tables.emplace("t", original);
    right.tables.emplace("t", again);
    EXPECT_TRUE(compare_schemas(left, right).empty()) << render_create_table(table, "copy");
    EXPECT_EQ(again.without_rowid, table.without_rowid);
    for (std::size_t i = 0; i < table.columns.size(); ++i) EXPECT_EQ(again.columns[i].rest, table.columns[i].rest);
  }
}

TEST(SqliteSchema, ReadsIndexesAndTriggersWithTheirTables) {
  auto connection = need(Connection::memory());
  need(connection.execute(
      "CREATE TABLE t (a TEXT, \"b c\" INT); CREATE UNIQUE INDEX i ON t (lower(a), \"b c\" DESC) WHERE a IS NOT NULL;"
      "CREATE VIEW v AS SELECT 1; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END"));
  const auto schema = need(read_schema(connection));
  const auto& table = schema.tables.at("t");
  ASSERT_EQ(table.indexes.size(), 1U);
  EXPECT_TRUE(table.indexes[0].unique);
  EXPECT_EQ(table.indexes[0].columns, (std::vector<std::string>{"lower(a)", "\"b c\" DESC"}));
  EXPECT_EQ(table.indexes[0].where, "a IS NOT NULL");
  EXPECT_EQ(table.triggers.size(), 1U);
  EXPECT_EQ(schema.others.size(), 1U);
}

TEST(SqliteSchema, ADefinitionThatIsNoneIsAnError) {
  for (const char* sql : {"", "CREATE", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t ()", "SELECT 1"}) {
    const auto table = parse_create_table(sql);
    ASSERT_FALSE(table) << sql;
    EXPECT_EQ(table.error().id, "schema-unreadable");
  }
}

TEST(CompareSchemas, SeesEachKindOfDifferenceAndNoOrder) {
  const auto schema_of = [](const char* sql) {
    auto connection = need(Connection::memory());
    need(connection.execute(sql));
    return need(read_schema(connection));
  };
  const auto left =
      schema_of("CREATE TABLE t (a TEXT, b INTEGER DEFAULT (1) NOT NULL, UNIQUE (a, b)); CREATE INDEX i ON t (a)");
  EXPECT_TRUE(
      compare_schemas(
          left,
          schema_of("CREATE TABLE t (b integer DEFAULT '1' NOT NULL, a TEXT, UNIQUE (b, a)); CREATE INDEX i ON t (a)"))
          .empty());
  const auto differences =
      compare_schemas(left, schema_of("CREATE TABLE t (a TEXT NOT NULL, c INTEGER, UNIQUE (a, c))"));
  std::vector<std::string> texts;
  for (const auto& difference : differences) texts.push_back(difference.text());
  EXPECT_EQ(texts,
            (std::vector<std::string>{
                "t/column/a is TEXT NOT NULL instead of TEXT", "t/column/b is missing (INTEGER NOT NULL DEFAULT 1)",
                "t/index/i is missing ((a))", "t/unique/(a, b) is missing (unique)",
                "t/column/c is not expected (INTEGER)", "t/unique/(a, c) is not expected (unique)"}));
}

}  // namespace
}  // namespace liftlock::database
