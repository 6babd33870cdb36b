#include "database/postgres.hpp"

#include <gtest/gtest.h>

#include "database/postgres_schema.hpp"

namespace liftlock::database::postgres {
namespace {

TEST(TranslateSql, ParametersAndRowidGetPostgresNames) {
  EXPECT_EQ(translate_sql("SELECT a FROM t WHERE b = ? AND c = ? ORDER BY rowid"),
            "SELECT a FROM t WHERE b = $1 AND c = $2 ORDER BY ctid");
  EXPECT_EQ(translate_sql("WHERE a = ?2 OR a = ?1"), "WHERE a = $2 OR a = $1");
  EXPECT_EQ(translate_sql("WHERE a GLOB '*[^ -~]*' AND b = ?"), "WHERE a ~ '[^ -~]' AND b = $1");
}

TEST(TranslateSql, QuotedTextStaysAsItIs) {
  EXPECT_EQ(translate_sql("SELECT '?', \"rowid\", 'it''s ?' WHERE a = ?"),
            "SELECT '?', \"rowid\", 'it''s ?' WHERE a = $1");
}

TEST(CopyValue, EscapesWhatEndsAFieldOrARow) {
  const auto copied = [](const Value& value) {
    std::string line;
    copy_value(line, value);
    return line;
  };
  EXPECT_EQ(copied(Value::text("a\tb\nc\rd\\e")), "a\\tb\\nc\\rd\\\\e");
  EXPECT_EQ(copied(Value::text("\\N")), "\\\\N");
  EXPECT_EQ(copied({}), "\\N");
  EXPECT_EQ(copied(Value::text("")), "");
  EXPECT_EQ(copied(Value::integer(-7)), "-7");
  EXPECT_EQ(copied(Value::real(0.1)), "0.1");
}

TEST(Types, GoBothWays) {
  for (const char* type : {"TEXT", "VARCHAR", "VARCHAR(255)", "BIGINT", "INTEGER", "BOOLEAN", "DATETIME", "JSON"}) {
    EXPECT_EQ(schema_type(postgres_type(type)), type);
  }
  EXPECT_EQ(schema_type("tsvector"), "tsvector");
}

TEST(RenderCreateTable, IntegerKeysAreSerialUnlessTheyReferOrHaveADefault) {
  Table table;
  table.name = "config";
  table.columns = {{"id", "INTEGER", false, std::nullopt, {}}, {"on", "BOOLEAN", false, "0", {}}};
  table.primary_key = PrimaryKey{{}, {"id"}};
  EXPECT_EQ(render_create_table(table),
            "CREATE TABLE \"config\" (\"id\" SERIAL, \"on\" boolean DEFAULT false NOT NULL, PRIMARY KEY (\"id\"))");
  table.foreign_keys.push_back({{}, {"id"}, "other", {"id"}, "CASCADE", {}, {}});
  EXPECT_NE(render_create_table(table).find("\"id\" integer NOT NULL"), std::string::npos);
}

TEST(RenderCreateIndex, ExpressionsStayUnquoted) {
  Table table;
  table.name = "user";
  table.columns = {{"email", "VARCHAR", true, std::nullopt, {}}};
  EXPECT_EQ(render_create_index({"i", {"lower(email)"}, true, "email IS NOT NULL", {}}, table),
            "CREATE UNIQUE INDEX \"i\" ON \"user\" (lower(email)) WHERE email IS NOT NULL");
}

TEST(Connection, AnUnreachableServerIsAnErrorWithoutThePassword) {
  const auto url = parse_url("postgresql://user:s3cret@127.0.0.1:1/name?connect_timeout=2");
  ASSERT_TRUE(url.has_value());
  const auto connection = Connection::open(*url);
  ASSERT_FALSE(connection.has_value());
  EXPECT_EQ(connection.error().id, "database-open");
  const Error& error = connection.error();
  EXPECT_EQ((error.doing + error.what + error.next).find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace liftlock::database::postgres
