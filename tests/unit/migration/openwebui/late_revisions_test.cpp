#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LateRevisions : public RevisionTest {
 protected:
  /// What the build says where it must not succeed.
  Error refused(std::string_view revision) {
    const auto chain = alembic_revisions();
    const Path path{.repairs = {}, .peewee = {}, .alembic = {*std::ranges::find(chain, revision, &Revision::id)}};
    const auto built = build_migrated(source_, result_, path, {.page_cache_mebibytes = 4}, environment_);
    EXPECT_FALSE(built);
    EXPECT_FALSE(std::filesystem::exists(result_));
    return built ? Error{} : built.error();
  }
  void continue_from_result() {
    std::filesystem::copy_file(result_, source_, std::filesystem::copy_options::overwrite_existing);
  }
};

constexpr std::string_view users = R"sql(
CREATE TABLE user (id VARCHAR(255) NOT NULL, email VARCHAR(255), oauth JSON, info JSON, settings JSON);
)sql";

TEST_F(LateRevisions, LegacyKeysArePromotedWithAllThatIsInTheTable) {
  given_peewee(R"sql(INSERT INTO auth VALUES ('1', 'a@x', 'p', 1);
                     CREATE TRIGGER t AFTER DELETE ON auth BEGIN SELECT 1; END)sql");
  migrate("461111b60977");
  EXPECT_THAT(rows("SELECT * FROM auth"), ElementsAre("'1'|'a@x'|'p'|1"));
  EXPECT_THAT(rows("SELECT name FROM sqlite_schema WHERE tbl_name = 'auth' AND name IN ('auth_id', 't') ORDER BY 1"),
              ElementsAre("'auth_id'", "'t'"));
  EXPECT_THAT(rows("SELECT sql LIKE '%CONSTRAINT pk_auth PRIMARY KEY (id)%' FROM sqlite_schema WHERE name = 'auth'"),
              ElementsAre("1"));
  EXPECT_THAT(rows("SELECT sql LIKE '%pk_%' FROM sqlite_schema WHERE name = 'document'"), ElementsAre("0"));
}

TEST_F(LateRevisions, ARepeatedIdIsToldInsteadOfLosingARow) {
  given("CREATE TABLE memory (id TEXT, content TEXT); INSERT INTO memory VALUES ('m', 'a'), ('m', 'b'), (NULL, 'c')");
  const Error error = refused("461111b60977");
  EXPECT_EQ(error.id, "repeated-key");
  EXPECT_THAT(error.what, HasSubstr("m"));
}

TEST_F(LateRevisions, RepeatedIdsThatAreNumbersOrEmptyAreNamedToo) {
  given(R"sql(CREATE TABLE document (id INTEGER, name TEXT); INSERT INTO document VALUES (7, 'a'), (7, 'b');
              CREATE TABLE tool (id TEXT, name TEXT); INSERT INTO tool VALUES ('t', 'a'))sql");
  EXPECT_THAT(refused("461111b60977").what, HasSubstr("\"7\""));
  given("DELETE FROM document; INSERT INTO tool VALUES ('', 'b'), ('', 'c')");
  EXPECT_EQ(refused("461111b60977").id, "repeated-key");
}

TEST_F(LateRevisions, RowsWithoutIdStay) {
  given("CREATE TABLE memory (id TEXT, content TEXT); INSERT INTO memory VALUES (NULL, 'a'), (NULL, 'b'), ('m', 'c')");
  migrate("461111b60977");
  EXPECT_THAT(rows("SELECT content FROM memory ORDER BY content"), ElementsAre("'a'", "'b'", "'c'"));
}

TEST_F(LateRevisions, TheEmailIndexIsMadeOnceAndIgnoresCase) {
  given(users);
  given("INSERT INTO user (id, email) VALUES ('1', 'A@x.org'), ('2', 'b@x.org'), ('3', NULL), ('4', NULL)");
  migrate("f0bd01a18a3d");
  const std::string sql = "SELECT sql FROM sqlite_schema WHERE name = 'uq_user_email_lower'";
  const Rows index{"'CREATE UNIQUE INDEX uq_user_email_lower ON user (lower(email)) WHERE email IS NOT NULL'"};
  EXPECT_EQ(rows(sql), index);
  continue_from_result();
  migrate("f0bd01a18a3d");
  EXPECT_EQ(rows(sql), index);
}

TEST_F(LateRevisions, EmailsEqualButForCaseAreRefusedByName) {
  given(users);
  given("INSERT INTO user (id, email) VALUES ('1', 'Ann@x.org'), ('2', 'ann@X.org'), ('3', 'bob@x.org')");
  const Error error = refused("f0bd01a18a3d");
  EXPECT_EQ(error.id, "emails-differ-by-case");
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_THAT(error.what, HasSubstr("Ann@x.org (1), ann@X.org (2)"));
  EXPECT_THAT(error.what, Not(HasSubstr("bob")));
}

TEST_F(LateRevisions, WhatWasEncodedTwiceInUsersIsRepaired) {
  given(users);
  given(R"sql(INSERT INTO user VALUES
    ('ok', NULL, '{"google": 1}', 'null', '{"ui": {}}'),
    ('twice', NULL, '"{\"oidc\": {\"sub\": \"\u00e9\"}}"', '"{\"a\": 1}"', '"{\"ui\": {\"x\": 1}}"'),
    ('thrice', NULL, NULL, NULL, '"\"{\\\"b\\\": 2}\""'),
    ('text', NULL, '"hello"', '"[1]"', '"{"'),
    ('broken', NULL, '{broken', '{broken', '"broken'))sql");
  migrate("6d09d1bf1f23");
  EXPECT_THAT(rows("SELECT id, oauth, info, settings FROM user"),
              ElementsAre(R"('ok'|'{"google": 1}'|'null'|'{"ui": {}}')",
                          R"('twice'|'{"oidc": {"sub": "\u00e9"}}'|'{"a": 1}'|'{"ui": {"x": 1}}')",
                          R"('thrice'|NULL|NULL|'{"b": 2}')", R"('text'|'"hello"'|'"[1]"'|'"{"')",
                          R"('broken'|NULL|'{broken'|'"broken')"));
  EXPECT_EQ(noted("twice-encoded-user-oauth"), 1);
  EXPECT_EQ(noted("twice-encoded-user-settings"), 2);
  EXPECT_EQ(noted("unreadable-user-oauth"), 1);
  ASSERT_EQ(environment_.quarantined.size(), 1U);
  EXPECT_EQ(environment_.quarantined[0].value, "{broken");
}

constexpr std::string_view chats = R"sql(
CREATE TABLE chat (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, archived BOOLEAN, updated_at BIGINT, meta JSON,
                   folder_id TEXT, last_read_at BIGINT);
CREATE TABLE chat_message (id TEXT NOT NULL PRIMARY KEY, chat_id TEXT, role TEXT, done BOOLEAN);
)sql";

TEST_F(LateRevisions, PendingTimersGetTheirDueTimeAsPythonReadsIt) {
  given(chats);
  int id = 10;
  for (const char* due : {"5", "5.9", "-5.9", "true", "\" +1_000\\n\"", "\"-7\"", "\"1__0\"", "\"5.0\"", "\"\"", "null",
                          "[5]", "1e300", "NaN", "99999999999999999999", "18446744073709551615", "\"_1\""}) {
    given("INSERT INTO chat (id, meta) VALUES ('" + std::to_string(id++) +
          R"(', '{"type": "timer", "status": "pending", "timer_at": )" + due + "}')");
  }
  given(R"sql(INSERT INTO chat (id, meta) VALUES ('a', '{"type": "timer", "status": "done", "timer_at": 5}'),
              ('b', '{"type": "\u0074imer", "status": "pending", "\u0074imer_at": 6}'), ('c', '{broken timer'),
              ('d', NULL), ('e', '"timer"'), ('f', '{"type": "timer", "status": "pending"}'), ('g', '5'))sql");
  migrate("d4c1a8e37b62");
  EXPECT_THAT(rows("SELECT id, timer_at FROM chat WHERE timer_at IS NOT NULL ORDER BY id"),
              ElementsAre("'10'|5", "'11'|5", "'12'|-5", "'13'|1", "'14'|1000", "'15'|-7", "'b'|6"));
  EXPECT_THAT(
      rows("SELECT sql FROM sqlite_schema WHERE name IN ('timer_at_idx', 'user_id_updated_at_id_idx') ORDER BY 1"),
      ElementsAre("'CREATE INDEX timer_at_idx ON chat (timer_at) WHERE timer_at IS NOT NULL'",
                  "'CREATE INDEX user_id_updated_at_id_idx ON chat (user_id, updated_at DESC, id)'"));
}

TEST_F(LateRevisions, TimersAreCompletedAfterATryThatBrokeOff) {
  given(chats);
  given(R"sql(ALTER TABLE chat ADD COLUMN timer_at BIGINT; CREATE INDEX timer_at_idx ON chat (timer_at);
              INSERT INTO chat (id, meta) VALUES ('a', '{"type": "timer", "status": "pending", "timer_at": 5}'))sql");
  migrate("d4c1a8e37b62");
  EXPECT_THAT(rows("SELECT timer_at FROM chat"), ElementsAre("5"));
}

TEST_F(LateRevisions, EveryUserHasASignInRow) {
  given(users);
  given(
      R"sql(CREATE TABLE auth (id VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL, password TEXT NOT NULL, active INTEGER NOT NULL);
              INSERT INTO auth VALUES ('1', 'a', 'secret', 0), ('gone', 'g', 'p', 1);
              INSERT INTO user (id, email) VALUES ('1', 'changed'), ('2', 'b'), ('3', NULL))sql");
  migrate("0bd252b206fb");
  EXPECT_THAT(rows("SELECT * FROM auth ORDER BY id"),
              ElementsAre("'1'|'a'|'secret'|0", "'2'|'b'|''|1", "'3'|''|''|1", "'gone'|'g'|'p'|1"));
  EXPECT_EQ(noted("missing-auth-row"), 2);
}

TEST_F(LateRevisions, MembersOfChannelsAreUsersOrApps) {
  given(
      R"sql(CREATE TABLE channel_member (id TEXT NOT NULL PRIMARY KEY, channel_id TEXT NOT NULL, user_id TEXT, is_active BOOLEAN DEFAULT 1 NOT NULL);
              CREATE TABLE message (id TEXT NOT NULL PRIMARY KEY);
              INSERT INTO channel_member VALUES ('1', 'c', 'ann', 1), ('2', 'c', NULL, 1))sql");
  migrate("c92da83b017f");
  EXPECT_THAT(rows("SELECT * FROM channel_member"), ElementsAre("'1'|'c'|'ann'|1|NULL"));
  EXPECT_EQ(noted("channel-member-without-user"), 1);
  EXPECT_EQ(environment_.quarantined.size(), 1U);
  continue_from_result();
  migrate("c92da83b017f");
  EXPECT_THAT(rows("SELECT * FROM channel_member"), ElementsAre("'1'|'c'|'ann'|1|NULL"));
  EXPECT_EQ(noted("channel-member-without-user"), 1);
}

TEST_F(LateRevisions, WithoutDataRunTwice) {
  given(chats);
  given(users);
  given(
      R"sql(CREATE TABLE knowledge (id TEXT NOT NULL PRIMARY KEY); CREATE TABLE knowledge_file (id TEXT NOT NULL PRIMARY KEY);
              CREATE TABLE memory (id TEXT NOT NULL PRIMARY KEY, user_id TEXT); INSERT INTO memory VALUES ('m', 'ann');
              CREATE TABLE automation (id TEXT, user_id TEXT); CREATE TABLE auth (id TEXT); CREATE TABLE "group" (id TEXT);
              CREATE TABLE group_member (user_id TEXT, group_id TEXT))sql");
  for (const char* revision :
       {"3c9b0ca343fd", "4c5ce3d2f27f", "7b3f2a9c1d4e", "42e2978c7933", "856c5b02fb54", "c49178636c78", "b0018471bbbe",
        "55f1302ac17c", "959eaac8f909", "1ce6ade7d93b", "a7d3e9f2b641", "b8e4f0a3c752", "b8f2c6d91a04"}) {
    SCOPED_TRACE(revision);
    migrate(revision);
    const std::string schema = "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'alembic%' ORDER BY name";
    const Rows once = rows(schema);
    continue_from_result();
    migrate(revision);
    EXPECT_EQ(rows(schema), once);
  }
  EXPECT_THAT(rows("SELECT id, type, meta FROM memory"), ElementsAre("'m'|'context'|NULL"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

}  // namespace
}  // namespace liftlock::migration::openwebui
