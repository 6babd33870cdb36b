#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view revision = "b10670c03dd5";
constexpr std::string_view tables = R"sql(
CREATE TABLE "user" ("id" VARCHAR(255) NOT NULL, "name" TEXT, "api_key" VARCHAR(255), "settings" TEXT, "info" TEXT, "oauth_sub" TEXT);
CREATE UNIQUE INDEX "user_id" ON "user" ("id");
CREATE UNIQUE INDEX "user_oauth_sub" ON "user" ("oauth_sub");
)sql";

class UserTable : public RevisionTest {
 protected:
  void SetUp() override { given(tables); }
};

TEST_F(UserTable, HoldsJsonFromHereOn) {
  given(
      R"sql(INSERT INTO "user" VALUES ('a', 'Ann', 'sk-a', '{"ui": 1}', 'null', 'google@1@2'), ('b', 'Bob', '', NULL, '[]', 'plain'),
              ('c', 'Cid', NULL, '{}', NULL, NULL))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT id, settings, info, oauth FROM \"user\""),
              ElementsAre("'a'|'{\"ui\": 1}'|'null'|'{\"google\": {\"sub\": \"1@2\"}}'",
                          "'b'|'null'|'[]'|'{\"oidc\": {\"sub\": \"plain\"}}'", "'c'|'{}'|'null'|NULL"));
  EXPECT_THAT(rows("SELECT id, user_id, key, created_at, updated_at FROM api_key"),
              ElementsAre("'key_a'|'a'|'sk-a'|1790000000|1790000000"));
  EXPECT_THAT(rows("SELECT name, type FROM pragma_table_info('user') WHERE name IN ('info', 'settings', 'oauth', "
                   "'api_key', 'oauth_sub') "
                   "OR name LIKE '%json' ORDER BY 1"),
              ElementsAre("'info'|'JSON'", "'oauth'|'JSON'", "'settings'|'JSON'"));
  EXPECT_THAT(rows("SELECT name FROM pragma_index_list('user') WHERE origin = 'c'"), ElementsAre("'user_id'"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(UserTable, KeepsUnreadableTextInQuarantine) {
  given(R"sql(INSERT INTO "user" VALUES ('a', '', NULL, '{"ui"', '', NULL))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT settings, info FROM \"user\""), ElementsAre("'null'|'null'"));
  EXPECT_EQ(noted("unreadable-user-settings"), 1);
  ASSERT_EQ(environment_.quarantined.size(), 1U);
  EXPECT_EQ(environment_.quarantined[0].value, "{\"ui\"");
}

TEST_F(UserTable, DecodesJsonWithinJsonOnce) {
  given(R"sql(INSERT INTO "user" VALUES ('a', '', NULL, '"{\"ui\": 1}"', '"text"', NULL))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT settings, info FROM \"user\""), ElementsAre("'{\"ui\": 1}'|'\"text\"'"));
  EXPECT_EQ(noted("doubly-encoded-user-settings"), 1);
}

TEST_F(UserTable, KeepsTheKeyOfTwoUsersForOne) {
  given(R"sql(INSERT INTO "user" VALUES ('a', '', 'sk', NULL, NULL, NULL), ('b', '', 'sk', NULL, NULL, NULL))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT user_id FROM api_key"), ElementsAre("'a'"));
  EXPECT_EQ(noted("duplicate-api-key"), 1);
  EXPECT_EQ(environment_.quarantined.size(), 1U);
}

TEST_F(UserTable, IsCompletedWhereARunWasInterrupted) {
  given(R"sql(
    ALTER TABLE "user" ADD COLUMN oauth JSON; ALTER TABLE "user" ADD COLUMN info_json JSON; ALTER TABLE "user" ADD COLUMN timezone VARCHAR;
    INSERT INTO "user" (id, info, settings, api_key) VALUES ('a', '{"x": 1}', '{"y": 1}', 'sk');
    CREATE TABLE api_key (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, key TEXT NOT NULL UNIQUE, created_at BIGINT, updated_at BIGINT);
    INSERT INTO api_key VALUES ('key_a', 'a', 'sk', 5, 5))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT info, settings FROM \"user\""), ElementsAre("'{\"x\": 1}'|'{\"y\": 1}'"));
  EXPECT_THAT(rows("SELECT created_at FROM api_key"), ElementsAre("5"));
  EXPECT_THAT(rows("SELECT count(*) FROM pragma_table_info('user') WHERE name LIKE '%_json'"), ElementsAre("0"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(UserTable, IsCompletedWhereOnlyTheNewColumnIsLeft) {
  given(R"sql(DROP TABLE "user"; CREATE TABLE "user" (id TEXT PRIMARY KEY, info_json JSON, settings JSON);
    INSERT INTO "user" VALUES ('a', '{"x": 1}', '"{\"y\": 1}"'))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT info, settings FROM \"user\""), ElementsAre("'{\"x\": 1}'|'{\"y\": 1}'"));
  EXPECT_THAT(rows("SELECT count(*) FROM api_key"), ElementsAre("0"));
}

class ChannelMembers : public RevisionTest {};

TEST_F(ChannelMembers, AreKept) {
  given(
      R"sql(CREATE TABLE channel_member (id TEXT NOT NULL PRIMARY KEY, channel_id TEXT, user_id TEXT, created_at BIGINT);
    CREATE TABLE message (id TEXT NOT NULL PRIMARY KEY);
    INSERT INTO channel_member VALUES ('a', 'c', 'u', 17), ('b', 'c', 'v', NULL))sql");
  migrate("2f1211949ecc");
  EXPECT_THAT(rows("SELECT id, joined_at, is_active, is_channel_muted FROM channel_member"),
              ElementsAre("'a'|17|1|0", "'b'|1790000000000000000|1|0"));
  EXPECT_EQ(noted("channel-member-joined"), 2);
}

}  // namespace
}  // namespace liftlock::migration::openwebui
