#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "migration/builder.hpp"
#include "migration/openwebui/chain.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::migration::openwebui {

using Rows = std::vector<std::string>;

/// Tables as Peewee's 18 migrations leave them on SQLite, just before the first Alembic revision.
inline constexpr std::string_view peewee_tables = R"sql(
CREATE TABLE "auth" ("id" VARCHAR(255) NOT NULL, "email" VARCHAR(255) NOT NULL, "password" TEXT NOT NULL, "active" INTEGER NOT NULL);
CREATE UNIQUE INDEX "auth_id" ON "auth" ("id");
CREATE TABLE "chat" ("id" VARCHAR(255) NOT NULL, "user_id" VARCHAR(255) NOT NULL, "title" TEXT NOT NULL, "chat" TEXT NOT NULL, "share_id" VARCHAR(255), "archived" INTEGER NOT NULL, "created_at" DATETIME NOT NULL, "updated_at" DATETIME NOT NULL);
CREATE UNIQUE INDEX "chat_id" ON "chat" ("id");
CREATE UNIQUE INDEX "chat_share_id" ON "chat" ("share_id");
CREATE TABLE "chatidtag" ("id" VARCHAR(255) NOT NULL, "tag_name" VARCHAR(255) NOT NULL, "chat_id" VARCHAR(255) NOT NULL, "user_id" VARCHAR(255) NOT NULL, "timestamp" INTEGER NOT NULL);
CREATE UNIQUE INDEX "chatidtag_id" ON "chatidtag" ("id");
CREATE TABLE "document" ("id" INTEGER NOT NULL PRIMARY KEY, "collection_name" VARCHAR(255) NOT NULL, "name" VARCHAR(255) NOT NULL, "title" TEXT NOT NULL, "filename" TEXT NOT NULL, "content" TEXT, "user_id" VARCHAR(255) NOT NULL, "timestamp" INTEGER NOT NULL);
CREATE UNIQUE INDEX "document_collection_name" ON "document" ("collection_name");
CREATE UNIQUE INDEX "document_name" ON "document" ("name");
CREATE TABLE "tag" ("id" VARCHAR(255) NOT NULL, "name" VARCHAR(255) NOT NULL, "user_id" VARCHAR(255) NOT NULL, "data" TEXT);
CREATE UNIQUE INDEX "tag_id" ON "tag" ("id");
CREATE TABLE "file" ("id" TEXT NOT NULL, "user_id" TEXT NOT NULL, "filename" TEXT NOT NULL, "meta" TEXT NOT NULL, "created_at" INTEGER NOT NULL);
CREATE UNIQUE INDEX "file_id" ON "file" ("id");
)sql";

/// Runs a stretch of the Alembic chain over a database made of SQL.
class RevisionTest : public ::testing::Test {
 protected:
  /// Makes the source. CHR(0) and invalid bytes go in as CAST(x'…' AS TEXT).
  void given(std::string_view sql) {
    testing::run_sql(source_, "PRAGMA synchronous = OFF; BEGIN;" + std::string(sql) + "; COMMIT");
  }
  void given_peewee(std::string_view sql) {
    given(peewee_tables);
    given(sql);
  }

  /// Runs the revisions from `first` to `last`; what was built before is forgotten. Their proofs must hold, and what
  /// they declare must be SQL.
  void migrate(std::string_view first, std::string_view last) {
    std::filesystem::remove(result_);
    path_.alembic.clear();
    const auto chain = alembic_revisions();
    auto at = std::ranges::find(chain, first, &Revision::id);
    while (at != chain.end() && (path_.alembic.empty() || path_.alembic.back()->id != last))
      path_.alembic.push_back(*at++);
    const Result<void> built = build_migrated(source_, result_, path_, {.page_cache_mebibytes = 4}, environment_);
    ASSERT_TRUE(built) << built.error().doing << ": " << built.error().what;
    for (const Revision* revision : path_.alembic) check_declarations(*revision);
  }
  void migrate(std::string_view only) { migrate(only, only); }

  Rows rows(const std::string& sql) { return testing::query_rows(result_, sql); }
  std::int64_t noted(const std::string& id) { return environment_.counts[id]; }

  testing::TemporaryDirectory folder_;
  testing::RecordingEnvironment environment_;
  std::filesystem::path source_ = folder_ / "source.db";
  std::filesystem::path result_ = folder_ / "result.db";

 private:
  void check_declarations(const Revision& revision) {
    auto before = testing::need(database::Connection::open(source_, database::OpenMode::read_only));
    for (const Proof& proof : revision.proofs) {
      if (!before.prepare(proof.before)) continue;  // asks of tables that are not there yet
      EXPECT_EQ(testing::query_rows(before, std::string(proof.before)), rows(std::string(proof.after))) << proof.id;
    }
    testing::need(before.execute("ATTACH " + database::quote_literal(result_.string()) + " AS after"));
    for (const Effect& effect : revision.effects) {
      if (!effect.condition.empty()) check_condition(before, effect);
    }
  }

  /// No row but those that the condition names may differ. Tables and columns may be missing before.
  static void check_condition(database::Connection& before, const Effect& effect) {
    const std::string table = database::quote_identifier(effect.table);
    std::string sql = "SELECT 1 FROM main." + table + " WHERE (" + std::string(effect.condition) + ")";
    if (effect.kind == Effect::Kind::changes_column) {
      const std::string column = database::quote_identifier(effect.column);
      sql = "SELECT id FROM main." + table + " WHERE NOT coalesce((" + std::string(effect.condition) +
            "), 0) AND id IN (SELECT b.id FROM main." + table + " AS b JOIN after." + table +
            " AS a ON a.id = b.id WHERE a." + column + " IS NOT b." + column + ")";
    }
    auto statement = before.prepare(sql);
    if (!statement) {
      EXPECT_THAT(statement.error().what, ::testing::ContainsRegex("no such (table|column)")) << effect.why;
      return;
    }
    const Result<bool> row = statement->step();
    ASSERT_TRUE(row) << row.error().what;
    const bool differs = effect.kind == Effect::Kind::changes_column && *row;
    EXPECT_FALSE(differs) << effect.column << " of " << statement->text(0);
  }

  Path path_;
};

}  // namespace liftlock::migration::openwebui
