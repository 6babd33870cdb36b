#include "migration/state.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "migration/openwebui/chain.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::migration {
namespace {

using testing::need;

class State : public ::testing::Test {
 protected:
  database::Connection connection_ = need(database::Connection::memory());

  void make(Lineage lineage, const std::string& revision) {
    DatabaseState nothing;
    testing::RecordingEnvironment environment;
    const auto path = need(plan_path(nothing, {lineage == Lineage::peewee ? 18 : 0, revision}));
    need(build_fresh(connection_, path, environment));
  }
  DatabaseState inspect(const std::string& sql = "") {
    if (!sql.empty()) need(connection_.execute(sql));
    return need(inspect_state(connection_));
  }
  static const DatabaseState::Leftover* leftover(const DatabaseState& state, std::string_view id) {
    const auto found = std::ranges::find(state.leftovers, id, &DatabaseState::Leftover::id);
    return found == state.leftovers.end() ? nullptr : &*found;
  }
};

TEST_F(State, AnEmptyDatabaseIsNone) {
  EXPECT_EQ(inspect().lineage, Lineage::none);
  EXPECT_FALSE(inspect().foreign);
}

TEST_F(State, ADatabaseOfSomethingElseIsForeignAndRefused) {
  const auto state = inspect("CREATE TABLE invoice (id INTEGER); CREATE TABLE user (id INTEGER)");
  EXPECT_TRUE(state.foreign);
  const auto path = plan_path(state, {0, "0bd252b206fb"});
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().id, "database-foreign");
}

TEST_F(State, EveryRevisionOfBothLineagesIsHealthy) {
  for (const Lineage lineage : {Lineage::peewee, Lineage::alembic}) {
    for (const Revision* revision : openwebui::alembic_revisions()) {
      connection_ = need(database::Connection::memory());
      make(lineage, std::string(revision->id));
      const auto state = inspect();
      EXPECT_EQ(state.lineage, lineage) << revision->id;
      EXPECT_EQ(state.revision, revision->id);
      EXPECT_TRUE(state.leftovers.empty()) << revision->id << ": " << state.leftovers.front().explanation;
      EXPECT_TRUE(need(plan_path(state, {0, std::string(revision->id)})).empty()) << revision->id;
    }
  }
}

TEST_F(State, MissingPeeweeMigrationsComeBeforeTheRevisions) {
  DatabaseState state;
  state.lineage = Lineage::peewee;
  state.peewee_migrations = 7;
  const auto path = need(plan_path(state, {0, "461111b60977"}));
  ASSERT_EQ(path.peewee.size(), 11U);
  EXPECT_EQ(path.peewee.front()->id, "008_add_memory");
  EXPECT_EQ(path.alembic.front()->id, "7e5b5dc7342b");
  EXPECT_EQ(path.alembic.back()->id, "461111b60977");
  EXPECT_EQ(need(plan_path(state, {8, ""})).peewee.size(), 1U);
  EXPECT_TRUE(need(plan_path(state, {7, ""})).empty());
}

TEST_F(State, WhatLiesBehindOrIsUnknownIsRefused) {
  make(Lineage::peewee, "461111b60977");
  const auto behind = plan_path(inspect(), {18, "242a2047eae0"});
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().id, "target-older");
  const auto state = inspect("UPDATE alembic_version SET version_num = 'ffffffffffff'");
  EXPECT_FALSE(state.known_revision);
  EXPECT_EQ(plan_path(state, {0, "0bd252b206fb"}).error().id, "revision-unknown");
}

TEST_F(State, ChatsThatWereStrandedAreFoundAndCanBeRepaired) {
  make(Lineage::peewee, "461111b60977");
  const auto state = inspect(
      "ALTER TABLE chat ADD COLUMN old_chat TEXT; INSERT INTO chat (id, user_id, title, archived, created_at, "
      "updated_at, meta, old_chat) VALUES ('c', 'u', 't', 0, 1, 1, '{}', '{}')");
  ASSERT_NE(leftover(state, "stranded-chats"), nullptr);
  EXPECT_TRUE(leftover(state, "stranded-chats")->repairable);
  EXPECT_FALSE(need(plan_path(state, {0, "461111b60977"})).repairs.empty());
}

TEST_F(State, AnInterruptedRevisionIsNamed) {
  make(Lineage::peewee, "2f1211949ecc");
  const auto state = inspect("ALTER TABLE user ADD COLUMN oauth JSON; ALTER TABLE user ADD COLUMN info_json JSON");
  ASSERT_NE(leftover(state, "half-b10670c03dd5"), nullptr);
  EXPECT_TRUE(leftover(state, "half-b10670c03dd5")->repairable);
}

TEST_F(State, GuessesAreRefused) {
  make(Lineage::peewee, "2f1211949ecc");
  const auto state = inspect("INSERT INTO alembic_version VALUES ('37f288994c47')");
  ASSERT_NE(leftover(state, "several-revisions"), nullptr);
  const auto path = plan_path(state, {0, "0bd252b206fb"});
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().id, "half-migrated");
  EXPECT_EQ(path.error().kind, ErrorKind::refused);
}

TEST_F(State, TablesOfTheUserAreNoLeftovers) {
  make(Lineage::alembic, "461111b60977");
  EXPECT_TRUE(inspect("CREATE TABLE mine (id INTEGER); ALTER TABLE chat ADD COLUMN mine TEXT").leftovers.empty());
}

}  // namespace
}  // namespace liftlock::migration
