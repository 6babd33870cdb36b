#include "migration/offline/script.hpp"

#include <gtest/gtest.h>

#include "database/sqlite.hpp"
#include "database/sqlite_schema.hpp"
#include "migration/openwebui/chain.hpp"

namespace liftlock::migration::offline {

namespace {

std::string head() { return std::string(openwebui::alembic_revisions().back()->id); }

std::string script(ScriptRequest request) {
  const auto sql = write_script(request);
  EXPECT_TRUE(sql) << sql.error().what;
  return sql ? *sql : std::string();
}

/// A script for the shell, as a connection takes it.
std::string without_dots(const std::string& sql) { return sql.substr(sql.find("PRAGMA foreign_keys")); }

TEST(OfflineScript, EveryRevisionIsWrittenForBothDatabasesAndLineages) {
  for (const Dialect dialect : {Dialect::sqlite, Dialect::postgresql}) {
    for (const Lineage lineage : {Lineage::peewee, Lineage::alembic}) {
      // Every table of the first revision may hold rows, so no data step is left out.
      const std::string first(openwebui::alembic_revisions().front()->id);
      const std::string up = script({dialect, lineage, first, head(), {}});
      const std::string down = script({dialect, lineage, head(), "", {}});
      for (const Revision* revision : openwebui::alembic_revisions()) {
        const std::string id(revision->id);
        EXPECT_NE(down.find("-- Running downgrade " + id), std::string::npos) << id;
        if (id == first) continue;
        EXPECT_NE(up.find("UPDATE alembic_version SET version_num='" + id + "'"), std::string::npos) << id;
      }
    }
  }
}

TEST(OfflineScript, FromTheBaseItMakesWhatTheEngineMakes) {
  auto connection = database::Connection::memory();
  ASSERT_TRUE(connection);
  const auto ran = connection->execute(without_dots(script({Dialect::sqlite, Lineage::none, "", head(), {}})));
  ASSERT_TRUE(ran) << ran.error().what;
  const auto made = database::read_schema(*connection);
  const auto expected = expected_schema(Lineage::alembic, {0, head()});
  ASSERT_TRUE(made && expected);
  ASSERT_EQ(made->tables.size(), expected->tables.size());
  for (const auto& [name, table] : expected->tables) {
    const database::Table* other = made->table(name);
    ASSERT_NE(other, nullptr) << name;
    EXPECT_EQ(database::render_create_table(*other, name), database::render_create_table(table, name));
    EXPECT_EQ(other->indexes.size(), table.indexes.size()) << name;
  }
}

TEST(OfflineScript, AnotherRevisionStopsItAndLeavesAllAsItWas) {
  auto connection = database::Connection::memory();
  ASSERT_TRUE(connection);
  ASSERT_TRUE(connection->execute(without_dots(script({Dialect::sqlite, Lineage::none, "", "ca81bd47c050", {}}))));
  const auto stopped =
      connection->execute(without_dots(script({Dialect::sqlite, Lineage::alembic, "c0fbf31ca0db", head(), {}})));
  ASSERT_FALSE(stopped);
  EXPECT_NE(stopped.error().what.find("stopped: the database is not at c0fbf31ca0db"), std::string::npos)
      << stopped.error().what;
  ASSERT_TRUE(connection->execute("ROLLBACK"));
  const auto made = database::read_schema(*connection);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->table("knowledge"), nullptr);
}

TEST(OfflineScript, AnUnknownRevisionIsNone) {
  const auto sql = write_script({Dialect::sqlite, Lineage::alembic, "nonsense", head(), {}});
  ASSERT_FALSE(sql);
  EXPECT_EQ(sql.error().id, "revision-unknown");
}

TEST(OfflineScript, WhatTheWayBackLosesIsNamed) {
  const std::string sql = script({Dialect::postgresql, Lineage::alembic, "8452d01d26d7", "374d2f66af06", {}});
  EXPECT_NE(sql.find("-- leaves behind of chat_message: the messages stand in the chats"), std::string::npos);
}

TEST(OfflineScript, NoTableIsDroppedThatAKeyRefersTo) {
  const std::string sql = script({Dialect::postgresql, Lineage::alembic, "3c9b0ca343fd", "a0b1c2d3e4f5", {}});
  const auto key = sql.find(R"(DROP COLUMN "directory_id")");  // and the foreign key with it
  EXPECT_LT(key, sql.find(R"(DROP TABLE "knowledge_directory")")) << sql;
}

}  // namespace

}  // namespace liftlock::migration::offline
