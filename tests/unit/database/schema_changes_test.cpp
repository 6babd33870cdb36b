#include "database/schema_changes.hpp"

#include <gmock/gmock.h>

#include "database/compare_schema.hpp"
#include "database/schema_script.hpp"
#include "database/sqlite_schema.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::database {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::need;

Schema schema(const std::string& sql) {
  Connection connection = need(Connection::memory());
  need(connection.execute(sql));
  return need(read_schema(connection));
}

/// Runs the script on a database made by `from` and compares with one made by `to`.
std::vector<std::string> left_over(const std::string& from, const std::string& to, const std::string& rows = "") {
  Connection connection = need(Connection::memory());
  need(connection.execute(from + ";" + rows));
  const Schema wanted = schema(to);
  for (const std::string& statement :
       script_between(need(read_schema(connection)), wanted, Dialect::sqlite).statements) {
    need(connection.execute(statement));
  }
  std::vector<std::string> differences;
  for (const auto& difference : compare_schemas(wanted, need(read_schema(connection)))) {
    differences.push_back(difference.text());
  }
  return differences;
}

constexpr const char* old_tables =
    "CREATE TABLE a (id TEXT NOT NULL, n VARCHAR(10) DEFAULT '1', gone TEXT, PRIMARY KEY (id), UNIQUE (n));"
    "CREATE INDEX a_n ON a (n); CREATE TABLE dropped (x TEXT)";
constexpr const char* new_tables =
    "CREATE TABLE a (id TEXT NOT NULL, n VARCHAR(10) DEFAULT '2' NOT NULL, more JSON, CONSTRAINT pk PRIMARY KEY (id), "
    "CONSTRAINT c CHECK (n <> ''));"
    "CREATE UNIQUE INDEX a_n ON a (lower(n)) WHERE n IS NOT NULL;"
    "CREATE TABLE b (id TEXT PRIMARY KEY, a_id TEXT REFERENCES a (id) ON DELETE CASCADE)";

TEST(SchemaChanges, NamesEachPartThatDiffers) {
  const Schema from = schema(old_tables);
  const Schema to = schema(new_tables);
  const SchemaChanges changes = changes_between(from, to);
  ASSERT_EQ(changes.created.size(), 1U);
  EXPECT_EQ(changes.created[0]->name, "b");
  ASSERT_EQ(changes.dropped.size(), 1U);
  ASSERT_EQ(changes.changed.size(), 1U);
  const TableChange& change = changes.changed[0];
  EXPECT_EQ(change.added_columns[0]->name, "more");
  EXPECT_EQ(change.dropped_columns[0]->name, "gone");
  ASSERT_EQ(change.altered_columns.size(), 1U);
  EXPECT_TRUE(change.altered_columns[0].nullable);
  EXPECT_TRUE(change.altered_columns[0].server_default);
  EXPECT_FALSE(change.altered_columns[0].type);
  EXPECT_TRUE(change.primary_key);
  EXPECT_EQ(change.dropped_uniques.size(), 1U);
  EXPECT_EQ(change.added_checks.size(), 1U);
  EXPECT_EQ(change.dropped_indexes.size(), 1U);
  EXPECT_EQ(change.added_indexes.size(), 1U);
}

TEST(SchemaChanges, AreNoneWhereOnlyTheSpellingDiffers) {
  const Schema from = schema("CREATE TABLE a (id text PRIMARY KEY, n INTEGER DEFAULT '0', m TEXT DEFAULT (1))");
  const Schema to = schema("CREATE TABLE a (m TEXT DEFAULT 1, n integer DEFAULT 0, id TEXT NOT NULL PRIMARY KEY)");
  EXPECT_TRUE(changes_between(from, to).empty());
  EXPECT_TRUE(compare_schemas(from, to).empty());
}

TEST(SchemaChanges, ReferredTablesAreMadeFirstAndDroppedLast) {
  const Schema both = schema("CREATE TABLE a (b_id TEXT REFERENCES b (id)); CREATE TABLE b (id TEXT PRIMARY KEY)");
  const SchemaChanges up = changes_between({}, both);
  const SchemaChanges down = changes_between(both, {});
  EXPECT_EQ(up.created.front()->name, "b");
  EXPECT_EQ(down.dropped.front()->name, "a");
}

TEST(SchemaScript, MakesOneSchemaLikeTheOther) {
  EXPECT_THAT(left_over(old_tables, new_tables, "INSERT INTO a VALUES ('1', 'x', 'y')"), ::testing::IsEmpty());
  EXPECT_THAT(left_over(new_tables, old_tables), ::testing::IsEmpty());
}

TEST(SchemaScript, AppendsAColumnWhereThatIsEnough) {
  const auto statements =
      script_between(schema("CREATE TABLE a (id TEXT)"),
                     schema("CREATE TABLE a (id TEXT, n BIGINT DEFAULT 4 NOT NULL)"), Dialect::sqlite)
          .statements;
  EXPECT_THAT(statements, Contains("ALTER TABLE \"a\" ADD COLUMN n BIGINT DEFAULT 4 NOT NULL;"));
  EXPECT_THAT(statements, ::testing::Not(Contains(HasSubstr("DROP"))));
}

TEST(SchemaScript, ARowThatDoesNotFitLeavesTheTableAlsoWhereTheShellGoesOn) {
  Connection connection = need(Connection::memory());
  need(connection.execute("CREATE TABLE a (n TEXT); INSERT INTO a VALUES (NULL), ('kept')"));
  const SchemaScript script =
      script_between(need(read_schema(connection)), schema("CREATE TABLE a (n TEXT NOT NULL)"), Dialect::sqlite);
  EXPECT_THAT(script.notes, Contains(HasSubstr("a.n becomes NOT NULL")));
  int failed = 0;
  for (const std::string& statement : script.statements) failed += connection.execute(statement) ? 0 : 1;
  EXPECT_GT(failed, 0);
  EXPECT_THAT(testing::query_rows(connection, "SELECT n FROM a"), ::testing::ElementsAre("NULL", "'kept'"));
}

TEST(SchemaScript, OnPostgresqlForeignKeysGoBeforeTheKeysThatTheyReferTo) {
  const std::string child = "CREATE TABLE b (a_id TEXT, CONSTRAINT fk FOREIGN KEY(a_id) REFERENCES a (id));";
  const auto statements =
      script_between(schema("CREATE TABLE a (id TEXT, at BIGINT, CONSTRAINT old PRIMARY KEY (id));" + child),
                     schema("CREATE TABLE a (id TEXT, at DATETIME, CONSTRAINT new PRIMARY KEY (id));" + child),
                     Dialect::postgresql)
          .statements;
  EXPECT_THAT(
      statements,
      ::testing::ElementsAre(
          "BEGIN;", "ALTER TABLE \"b\" DROP CONSTRAINT \"fk\";", "ALTER TABLE \"a\" DROP CONSTRAINT \"old\";",
          "ALTER TABLE \"a\" ALTER COLUMN \"at\" TYPE timestamp without time zone USING "
          "\"at\"::text::timestamp without time zone;",
          "ALTER TABLE \"a\" ADD CONSTRAINT \"new\" PRIMARY KEY (\"id\");",
          "ALTER TABLE \"b\" ADD CONSTRAINT \"fk\" FOREIGN KEY (\"a_id\") REFERENCES \"a\" (\"id\");", "COMMIT;"));
}

TEST(SchemaScript, SaysWhatMayBeARenaming) {
  const auto notes = script_between(schema("CREATE TABLE a (id TEXT, old_name JSON)"),
                                    schema("CREATE TABLE a (id TEXT, new_name JSON)"), Dialect::sqlite)
                         .notes;
  EXPECT_THAT(notes, Contains(HasSubstr("a.old_name may have become a.new_name")));
}

}  // namespace
}  // namespace liftlock::database
