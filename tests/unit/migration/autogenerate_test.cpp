#include "migration/autogenerate.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "database/sqlite_schema.hpp"
#include "migration/autogenerate_python.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::migration {
namespace {

using database::Dialect;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::need;

database::Schema schema(const std::string& sql) {
  auto connection = need(database::Connection::memory());
  need(connection.execute(sql));
  return need(database::read_schema(connection));
}

GeneratedOperations between(const std::string& from, const std::string& to, Dialect dialect = Dialect::sqlite) {
  return render_operations(schema(from), schema(to), dialect);
}

TEST(Autogenerate, NothingToDoIsNothing) {
  const auto generated = between("CREATE TABLE a (id TEXT)", "CREATE TABLE a (id TEXT)");
  EXPECT_THAT(generated.upgrade, IsEmpty());
  EXPECT_THAT(generated.downgrade, IsEmpty());
  EXPECT_THAT(generated.notes, IsEmpty());
}

TEST(Autogenerate, ATableIsMadeWithAllThatItHas) {
  const auto generated = between("SELECT 1",
                                 "CREATE TABLE a (id TEXT NOT NULL, n VARCHAR(20) DEFAULT 'it''s' NOT NULL, CONSTRAINT "
                                 "k PRIMARY KEY (id), UNIQUE (n), "
                                 "CONSTRAINT c CHECK (n <> ':x'), FOREIGN KEY(n) REFERENCES b (id) ON DELETE CASCADE);"
                                 "CREATE INDEX i ON a (lower(n), id) WHERE n IS NOT NULL");
  EXPECT_THAT(generated.upgrade,
              ElementsAre("op.create_table(", "    'a',", "    sa.Column('id', sa.Text(), nullable=False),",
                          "    sa.Column('n', sa.String(20), server_default=sa.text(\"'it''s'\"), nullable=False),",
                          "    sa.PrimaryKeyConstraint('id', name='k'),", "    sa.UniqueConstraint('n'),",
                          "    sa.CheckConstraint(sa.text(\"n <> '\\\\:x'\"), name='c'),",
                          "    sa.ForeignKeyConstraint(['n'], ['b.id'], ondelete='CASCADE'),", ")",
                          "op.create_index('i', 'a', [sa.text('lower(n)'), 'id'], unique=False, "
                          "sqlite_where=sa.text('n IS NOT NULL'))"));
  EXPECT_THAT(generated.downgrade, ElementsAre("op.drop_table('a')"));
}

TEST(Autogenerate, AColumnIsAddedInABatchAndTakenOutAgain) {
  const auto generated = between("CREATE TABLE a (id TEXT)", "CREATE TABLE a (id TEXT, n JSON)");
  EXPECT_THAT(generated.upgrade, ElementsAre("with op.batch_alter_table('a') as batch_op:",
                                             "    batch_op.add_column(sa.Column('n', sa.JSON(), nullable=True))"));
  EXPECT_THAT(generated.downgrade,
              ElementsAre("with op.batch_alter_table('a') as batch_op:", "    batch_op.drop_column('n')"));
}

TEST(Autogenerate, WhatReflectionForgetsIsMadeAgain) {
  const auto generated = between("CREATE TABLE a (id TEXT, n TEXT); CREATE UNIQUE INDEX i ON a (lower(n))",
                                 "CREATE TABLE a (id TEXT); CREATE UNIQUE INDEX i ON a (lower(id))");
  EXPECT_EQ(generated.upgrade.front(), "op.drop_index('i', table_name='a')");
  EXPECT_EQ(generated.upgrade.back(), "op.create_index('i', 'a', [sa.text('lower(id)')], unique=True)");
  const auto kept = between("CREATE TABLE a (id TEXT, n TEXT, m TEXT); CREATE INDEX i ON a (lower(n))",
                            "CREATE TABLE a (id TEXT, n TEXT); CREATE INDEX i ON a (lower(n))");
  EXPECT_EQ(kept.upgrade.front(), "op.drop_index('i', table_name='a')");
  EXPECT_EQ(kept.upgrade.back(), "op.create_index('i', 'a', [sa.text('lower(n)')], unique=False)");
}

TEST(Autogenerate, AConstraintWithoutANameTakesTheWholeDefinition) {
  const auto generated = between("CREATE TABLE a (id TEXT, UNIQUE (id))", "CREATE TABLE a (id TEXT)");
  EXPECT_THAT(generated.upgrade, Contains("    recreate='always',"));
  EXPECT_THAT(generated.upgrade, Contains("    copy_from=sa.Table("));
}

TEST(Autogenerate, SaysWhatItDoesToRows) {
  const auto generated =
      between("CREATE TABLE a (id TEXT, old_one BIGINT)", "CREATE TABLE a (id TEXT NOT NULL, new_one BIGINT)");
  EXPECT_THAT(generated.notes, Contains(HasSubstr("a.old_one goes, with its values")));
  EXPECT_THAT(generated.notes, Contains(HasSubstr("a.old_one may have become a.new_one")));
  EXPECT_THAT(generated.notes, Contains(HasSubstr("a.id becomes NOT NULL")));
}

TEST(Autogenerate, PostgresqlNeedsNoBatch) {
  const auto generated = between("CREATE TABLE a (id TEXT, n TEXT, CONSTRAINT u UNIQUE (n))",
                                 "CREATE TABLE a (id TEXT, n JSONB NOT NULL)", Dialect::postgresql);
  EXPECT_THAT(generated.upgrade,
              ElementsAre("op.drop_constraint('u', 'a', type_='unique')",
                          "op.alter_column('a', 'n', existing_type=sa.Text(), type_=postgresql.JSONB(), "
                          "postgresql_using='\"n\"::jsonb', nullable=False)"));
  EXPECT_THAT(generated.imports, ElementsAre("from sqlalchemy.dialects import postgresql"));
}

TEST(Autogenerate, PostgresqlKeysGoBeforeWhatTheyReferToChanges) {
  const std::string child =
      "CREATE TABLE child (id TEXT, CONSTRAINT stays FOREIGN KEY(id) REFERENCES parent (id));"
      "CREATE TABLE aunt (id TEXT, CONSTRAINT {} FOREIGN KEY(id) REFERENCES parent (id));";
  const auto tables = [&](const std::string& key, const std::string& name) {
    return fmt::format("CREATE TABLE parent (id TEXT NOT NULL, n TEXT NOT NULL, CONSTRAINT {} PRIMARY KEY ({}));", name,
                       key) +
           fmt::format(fmt::runtime(child), name + "_f");
  };
  const auto generated = between(tables("id", "old"), tables("id, n", "new"), Dialect::postgresql);
  EXPECT_THAT(generated.upgrade, ElementsAre("op.drop_constraint('old_f', 'aunt', type_='foreignkey')",
                                             "op.drop_constraint('stays', 'child', type_='foreignkey')",
                                             "op.drop_constraint('old', 'parent', type_='primary')",
                                             "op.create_primary_key('new', 'parent', ['id', 'n'])",
                                             "op.create_foreign_key('new_f', 'aunt', 'parent', ['id'], ['id'])",
                                             "op.create_foreign_key('stays', 'child', 'parent', ['id'], ['id'])"));
}

TEST(PythonString, SurvivesPython) {
  EXPECT_EQ(python_string("a"), "'a'");
  EXPECT_EQ(python_string("it's"), "\"it's\"");
  EXPECT_EQ(python_string("'\"\\\n\x01"), "'\\'\"\\\\\\n\\x01'");
}

}  // namespace
}  // namespace liftlock::migration
