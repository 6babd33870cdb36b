#include "migration/builder.hpp"

#include <gtest/gtest.h>

#include "migration/operations.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::migration {
namespace {

using testing::need;
using testing::query_rows;
using testing::run_sql;

class BuilderTest : public ::testing::Test {
 protected:
  testing::TemporaryDirectory folder_;
  testing::RecordingEnvironment environment_;
  std::filesystem::path source_ = folder_ / "source.db";
  std::filesystem::path result_ = folder_ / "result.db";

  Result<void> build(const std::vector<void (*)(Operations&)>& upgrades) {
    revisions_.clear();
    Path path;
    for (const auto upgrade : upgrades) {
      revisions_.push_back(std::make_unique<Revision>(Revision{"abc", "", "", "", "", upgrade, {}, {}}));
      path.alembic.push_back(revisions_.back().get());
    }
    return build_migrated(source_, result_, path, {}, environment_);
  }

  std::vector<std::unique_ptr<Revision>> revisions_;
};

TEST_F(BuilderTest, KeepsEverythingThatNobodyNames) {
  run_sql(source_, R"sql(
    PRAGMA page_size = 8192; PRAGMA auto_vacuum = 2; PRAGMA user_version = 77; PRAGMA application_id = 99;
    CREATE TABLE "odd name" ("a b" TEXT COLLATE NOCASE CHECK ("a b" <> 'x'), n INTEGER DEFAULT (1+2), g AS (n*2) STORED);
    INSERT INTO "odd name"(rowid, "a b", n) VALUES (5, 'one', 7), (9, NULL, NULL);
    CREATE TABLE w (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID; INSERT INTO w VALUES ('a', x'00ff');
    CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT); INSERT INTO auto VALUES (41, 'x');
    DELETE FROM auto; INSERT INTO auto(t) VALUES ('y');
    CREATE UNIQUE INDEX partial ON "odd name" (lower("a b")) WHERE n > 3;
    CREATE VIEW seen AS SELECT * FROM "odd name";
    CREATE TABLE log (t TEXT);
    CREATE TRIGGER noted AFTER INSERT ON w BEGIN INSERT INTO log VALUES (new.k); END;
    CREATE TRIGGER through INSTEAD OF INSERT ON seen BEGIN INSERT INTO log VALUES ('view'); END;
    CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('the quick fox');
    CREATE TABLE t (j JSON, b BOOLEAN); INSERT INTO t VALUES ('{"a":1}', 1), (CAST(x'6100ff' AS TEXT), 2.5);
    ANALYZE;
  )sql");
  ASSERT_TRUE(build({}));

  const std::string objects = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2";
  EXPECT_EQ(query_rows(result_, objects), query_rows(source_, objects));
  for (const char* sql :
       {"SELECT rowid, * FROM \"odd name\"", "SELECT * FROM w", "SELECT * FROM auto", "SELECT * FROM sqlite_sequence",
        "SELECT * FROM words WHERE words MATCH 'fox'", "SELECT hex(j), typeof(j), b FROM t", "SELECT * FROM log",
        "PRAGMA user_version", "PRAGMA application_id", "PRAGMA page_size", "PRAGMA auto_vacuum",
        "SELECT * FROM sqlite_stat1 ORDER BY 1, 2"}) {
    EXPECT_EQ(query_rows(result_, sql), query_rows(source_, sql)) << sql;
  }
  EXPECT_EQ(query_rows(result_, "PRAGMA integrity_check"), std::vector<std::string>{"'ok'"});
}

TEST_F(BuilderTest, KeepsAUtf16DatabaseAndItsJournalMode) {
  run_sql(
      source_,
      "PRAGMA encoding = 'UTF-16le'; PRAGMA journal_mode = WAL; CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('ä');");
  ASSERT_TRUE(build({}));
  EXPECT_EQ(query_rows(result_, "PRAGMA encoding"), std::vector<std::string>{"'UTF-16le'"});
  EXPECT_EQ(query_rows(result_, "PRAGMA journal_mode"), std::vector<std::string>{"'wal'"});
  EXPECT_EQ(query_rows(result_, "SELECT a FROM t"), std::vector<std::string>{"'ä'"});
}

TEST_F(BuilderTest, ReadsALiveWalAndLeavesItAlone) {
  auto writer = need(database::Connection::open(source_, database::OpenMode::create));
  need(writer.execute(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  const auto wal = folder_ / "source.db-wal";
  const auto size = std::filesystem::file_size(wal);
  ASSERT_GT(size, 0U);
  ASSERT_TRUE(build({}));
  EXPECT_EQ(query_rows(result_, "SELECT a FROM t"), std::vector<std::string>{"1"});
  EXPECT_EQ(std::filesystem::file_size(wal), size);
}

TEST_F(BuilderTest, FusesStepsOfManyRevisionsIntoWhatTheyMeanOneByOne) {
  run_sql(source_,
          "CREATE TABLE t (id TEXT NOT NULL, a TEXT, gone TEXT); CREATE UNIQUE INDEX t_id ON t (id);"
          "INSERT INTO t VALUES ('x', '1', 'old'), ('y', '2', 'old'), ('z', '3', 'old')");
  ASSERT_TRUE(build({
      [](Operations& op) {
        op.add_column("t", column("b", types::text).server_default("'default'"));
        op.rewrite_rows("t", [](Row& row) {
          if (row.text("id") == "x") row.set("b", row.get("gone"));
          if (row.text("id") == "z") row.drop();
        });
      },
      [](Operations& op) {
        op.drop_column("t", "gone");
        op.alter_column("t", "b", {.type = {}, .nullable = false, .new_column_name = "c", .server_default = {}});
        op.create_table("child", {column("id", types::text).primary_key(), column("t_id", types::text).index()});
        auto& child = op.insert_into("child", {"id", "t_id"}, "t");
        op.rewrite_rows("t", [&child](Row& row) { child.insert({row.get("c"), row.get("id")}); });
      },
      [](Operations& op) {
        op.create_primary_key("pk_t", "t", {"id"});
        op.add_column("child", column("note", types::text).server_default("'n'"));
        op.rewrite_rows("child", [](Row& row) {
          if (row.text("id") == "default") row.set("note", Value::text("seen"));
        });
      },
  })) << "";
  EXPECT_EQ(query_rows(result_, "SELECT id, a, c FROM t ORDER BY id"),
            (std::vector<std::string>{"'x'|'1'|'old'", "'y'|'2'|'default'"}));
  EXPECT_EQ(query_rows(result_, "SELECT id, t_id, note FROM child ORDER BY t_id"),
            (std::vector<std::string>{"'old'|'x'|'n'", "'default'|'y'|'seen'"}));
  EXPECT_EQ(query_rows(result_, "SELECT name, [notnull], pk FROM pragma_table_info('t')"),
            (std::vector<std::string>{"'id'|1|1", "'a'|0|0", "'c'|1|0"}));
  EXPECT_EQ(query_rows(result_, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1"),
            (std::vector<std::string>{"'ix_child_t_id'", "'t_id'"}));
  EXPECT_EQ(query_rows(result_, "SELECT version_num FROM alembic_version"), std::vector<std::string>{"'abc'"});
}

TEST_F(BuilderTest, ReadsATableInItsNewestForm) {
  run_sql(source_, "CREATE TABLE t (id TEXT, n INTEGER); INSERT INTO t VALUES ('x', 1), ('y', 2)");
  ASSERT_TRUE(build({[](Operations& op) {
    op.rewrite_rows("t", [](Row& row) { row.set("n", Value::integer(row.get("n").as_integer() * 10)); });
    std::int64_t sum = 0;
    op.read({"t"}, "SELECT n FROM t", [&](const ResultRow& row) { sum += row[0].as_integer(); });
    op.add_column("t", column("sum", types::integer));
    op.execute({"t"}, "UPDATE t SET sum = ?", {Value::integer(sum)});
    op.rewrite_rows("t", [](Row& row) { row.set("n", Value::integer(row.get("n").as_integer() + 1)); });
  }}));
  EXPECT_EQ(query_rows(result_, "SELECT n, sum FROM t ORDER BY n"), (std::vector<std::string>{"11|30", "21|30"}));
}

TEST_F(BuilderTest, AFailureNamesTheRevisionAndLeavesNothing) {
  run_sql(source_, "CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('x'), ('x')");
  const auto built = build({[](Operations& op) { op.create_primary_key("pk_t", "t", {"id"}); }});
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().id, "migration-failed");
  EXPECT_NE(built.error().what.find("UNIQUE"), std::string::npos) << built.error().what;
  EXPECT_FALSE(std::filesystem::exists(result_));
  EXPECT_EQ(query_rows(source_, "SELECT count(*) FROM t"), std::vector<std::string>{"2"});
}

}  // namespace
}  // namespace liftlock::migration
