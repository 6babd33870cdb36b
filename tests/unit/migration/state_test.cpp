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

TEST_F(State, AConfigHalfReshapedIsCompleted) {
  make(Lineage::peewee, "461111b60977");
  const auto state = inspect(
      "ALTER TABLE config RENAME TO config_old; "
      "CREATE TABLE config (\"key\" TEXT NOT NULL PRIMARY KEY, value JSON NOT NULL, updated_at BIGINT)");
  ASSERT_NE(leftover(state, "half-3ff2c63645b8"), nullptr);
  EXPECT_TRUE(plan_path(state, {0, "0bd252b206fb"}));
}

TEST_F(State, MembersLeftInTheListsOfTheirGroupsAreFound) {
  make(Lineage::peewee, "37f288994c47");
  const auto state = inspect(
      "ALTER TABLE \"group\" ADD COLUMN user_ids JSON; "
      "INSERT INTO user (id, name, email, role, profile_image_url, last_active_at, updated_at, created_at) "
      "VALUES ('u', 'n', 'e', 'user', '', 1, 1, 1), ('v', 'n', 'f', 'user', '', 1, 1, 1); "
      "INSERT INTO \"group\" (id, user_ids) VALUES ('g', '[\"u\", \"u\", \"v\", \"gone\"]'), ('h', 'not json'); "
      "INSERT INTO group_member (id, group_id, user_id) VALUES ('m', 'g', 'v')");
  ASSERT_NE(leftover(state, "stranded-group-members"), nullptr);
  EXPECT_NE(leftover(state, "stranded-group-members")->explanation.find("1 memberships"), std::string::npos)
      << leftover(state, "stranded-group-members")->explanation;
  const auto path = need(plan_path(state, {0, "37f288994c47"}));
  ASSERT_EQ(path.repairs.size(), 1U);
  EXPECT_EQ(path.repairs.front()->id, "stranded-group-members");
}

TEST_F(State, FilesLeftInTheListsOfTheirKnowledgeBasesAreFound) {
  for (const char* revision : {"3e0e00844bb0", "0bd252b206fb"}) {
    connection_ = need(database::Connection::memory());
    make(Lineage::alembic, revision);
    if (!inspect().leftovers.empty()) FAIL() << revision;
    if (std::string(revision) == "3e0e00844bb0")
      need(connection_.execute("ALTER TABLE knowledge ADD COLUMN data JSON"));
    const auto state = inspect(
        "INSERT INTO file (id, user_id, filename, meta, created_at) VALUES ('f', 'u', 'n', '{}', 1); "
        "INSERT INTO knowledge (id, user_id, name, created_at, updated_at, data) "
        "VALUES ('k', 'u', 'n', 1, 1, '{\"file_ids\": [\"f\", \"gone\"]}')");
    ASSERT_NE(leftover(state, "stranded-knowledge-files"), nullptr) << revision;
    EXPECT_EQ(need(plan_path(state, {0, revision})).repairs.size(), 1U) << revision;
  }
}

TEST_F(State, DoublyEncodedUsersAreFoundWhereNoRevisionRepairsThem) {
  const std::string user =
      "INSERT INTO user (id, name, email, role, profile_image_url, last_active_at, updated_at, created_at, settings) "
      "VALUES ('u', 'n', 'e', 'user', '', 1, 1, 1, '\"{}\"')";
  make(Lineage::alembic, "1ce6ade7d93b");
  EXPECT_EQ(leftover(inspect(user), "doubly-encoded-users"), nullptr);
  connection_ = need(database::Connection::memory());
  make(Lineage::alembic, "0bd252b206fb");
  const auto state = inspect(user);
  ASSERT_NE(leftover(state, "doubly-encoded-users"), nullptr);
  EXPECT_EQ(need(plan_path(state, {0, "0bd252b206fb"})).repairs.front()->id, "6d09d1bf1f23");
}

TEST_F(State, ALostVersionIsNamedAndRefused) {
  for (const Lineage lineage : {Lineage::peewee, Lineage::alembic}) {
    for (const char* emptied : {"DELETE FROM alembic_version", "DROP TABLE alembic_version"}) {
      connection_ = need(database::Connection::memory());
      make(lineage, "9f0c9cd09105");
      const auto state = inspect(std::string("CREATE TABLE mine (id INTEGER); ") + emptied);
      ASSERT_NE(leftover(state, "version-lost"), nullptr) << emptied;
      EXPECT_FALSE(leftover(state, "version-lost")->repairable);
      EXPECT_NE(leftover(state, "version-lost")->explanation.find("revision 9f0c9cd09105"), std::string::npos)
          << leftover(state, "version-lost")->explanation;
      EXPECT_NE(leftover(state, "version-lost")->repair.find("INSERT INTO alembic_version VALUES ('9f0c9cd09105')"),
                std::string::npos);
    }
  }
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
