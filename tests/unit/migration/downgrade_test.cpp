#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "database/compare_schema.hpp"
#include "migration/builder.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/reversal.hpp"
#include "migration/state.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::migration {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::need;
using ::testing::Not;

constexpr const char* head = "0bd252b206fb";

class Downgrade : public ::testing::Test {
 protected:
  /// A database at `revision` with what the SQL puts into it.
  void given(const std::string& revision, const std::string& sql, Lineage lineage = Lineage::alembic) {
    DatabaseState nothing;
    const Path path = need(plan_path(nothing, {lineage == Lineage::peewee ? 18 : 0, revision}));
    std::filesystem::remove(source_);
    need(build_migrated(folder_ / "nothing.db", source_, path, {.page_cache_mebibytes = 4}, environment_));
    testing::run_sql(source_, "BEGIN;" + sql + "; COMMIT");
  }

  Path path_to(const std::string& revision) {
    auto connection = need(database::Connection::open(source_, database::OpenMode::read_only));
    return need(plan_downgrade(need(inspect_state(connection)), revision));
  }

  void downgrade(const std::string& revision) {
    std::filesystem::remove(result_);
    const auto built = build_migrated(source_, result_, path_to(revision), {.page_cache_mebibytes = 4}, environment_);
    ASSERT_TRUE(built) << built.error().doing << ": " << built.error().what;
  }

  std::vector<std::string> losses(const std::string& revision) {
    auto connection = need(database::Connection::open(source_, database::OpenMode::read_only));
    std::vector<std::string> sentences;
    for (const DownwardLoss& loss : need(count_downward_losses(connection, path_to(revision))))
      sentences.push_back(sentence_of(loss));
    return sentences;
  }

  DatabaseState state() {
    auto connection = need(database::Connection::open(result_, database::OpenMode::read_only));
    return need(inspect_state(connection));
  }

  std::vector<std::string> rows(const std::string& sql) { return testing::query_rows(result_, sql); }

  testing::TemporaryDirectory folder_;
  testing::RecordingEnvironment environment_;
  std::filesystem::path source_ = folder_ / "source.db";
  std::filesystem::path result_ = folder_ / "result.db";
};

/// What one step back leaves otherwise than it was before the step up.
std::vector<std::string> differences_of_one_step(Lineage lineage, const Revision& revision) {
  const DatabaseState above{.lineage = lineage,
                            .peewee_migrations = lineage == Lineage::peewee ? 18 : 0,
                            .revision = std::string(revision.id),
                            .foreign = false,
                            .known_revision = true,
                            .leftovers = {}};
  Path path = need(plan_downgrade(above, std::string(revision.down_revision)));
  path.record_peewee = false;
  const auto found = need(expected_schema_below(above, path));
  const auto wanted = need(expected_schema(lineage, {above.peewee_migrations, std::string(revision.down_revision)}));
  std::vector<std::string> lines;
  for (const auto& difference : database::compare_schemas(wanted, found))
    lines.push_back(std::string(revision.id) + " " + difference.text());
  return lines;
}

TEST_F(Downgrade, EveryStepBackGivesTheSchemaBack) {
  std::vector<std::string> lines;
  for (const Revision* revision : openwebui::alembic_revisions()) {
    if (revision->down_revision.empty()) continue;
    for (std::string& line : differences_of_one_step(Lineage::alembic, *revision)) lines.push_back(std::move(line));
  }
  // What the official way down leaves otherwise, too.
  EXPECT_THAT(lines, ElementsAre("3ab32c4b8f59 tag/primary key is pk_id(id) instead of (id)",
                                 "b10670c03dd5 user/unique/(api_key) is missing (unique)",
                                 "b10670c03dd5 user/unique/(oauth_sub) is missing (unique)",
                                 "374d2f66af06 prompt/column/id is not expected (INTEGER)"));
}

TEST_F(Downgrade, TheBaseHasNoTablesAndCanBeMigratedAnew) {
  given(head, "");
  downgrade("");
  EXPECT_THAT(rows("SELECT name FROM sqlite_schema WHERE type = 'table'"), ElementsAre("'alembic_version'"));
  EXPECT_THAT(rows("SELECT * FROM alembic_version"), IsEmpty());
  EXPECT_EQ(state().lineage, Lineage::none);
  EXPECT_EQ(need(plan_path(state(), {0, head})).alembic.size(), 66U);
}

TEST_F(Downgrade, ReleasesWithPeeweeFindItsMigrationsRecorded) {
  given(head, "");
  downgrade("461111b60977");
  EXPECT_THAT(rows("SELECT name FROM sqlite_schema WHERE name = 'migratehistory'"), IsEmpty());
  downgrade("a0b1c2d3e4f5");
  EXPECT_THAT(rows("SELECT count(*), min(name), max(name) FROM migratehistory"),
              ElementsAre("18|'001_initial_schema'|'018_add_function_is_global'"));
  EXPECT_EQ(state().lineage, Lineage::alembic);
  EXPECT_THAT(state().leftovers, IsEmpty());
}

TEST_F(Downgrade, TheIndexOnAddressesGoes) {
  given(head, "");
  downgrade("856c5b02fb54");
  EXPECT_THAT(rows("SELECT name FROM sqlite_schema WHERE name = 'uq_user_email_lower'"), IsEmpty());
}

TEST_F(Downgrade, FoldersHaveDatesAgain) {
  given("4ace53fd72c8",
        "INSERT INTO folder (id, user_id, name, is_expanded, created_at, updated_at) "
        "VALUES ('f', 'u', 'n', 0, 1795254271, 0), ('g', 'u', 'n', 0, 99999999999999, 5)");
  EXPECT_THAT(losses("af906e964978"), IsEmpty());
  downgrade("af906e964978");
  EXPECT_THAT(rows("SELECT created_at, updated_at FROM folder ORDER BY id"),
              ElementsAre("'2026-11-21 09:44:31'|'1970-01-01 00:00:00'", "99999999999999|'1970-01-01 00:00:05'"));
}

TEST_F(Downgrade, LossesAreCountedInThisData) {
  given(head, R"sql(
    INSERT INTO user (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at, scim, variables, oauth)
      VALUES ('u', 'n', 'e', 'user', '', 1, 1, 1, '{"a": 1}', '{}', '{"a": {"sub": "1"}, "b": {"sub": "2"}}');
    INSERT INTO api_key (id, user_id, key, created_at, updated_at) VALUES ('k1', 'u', 'x', 1, 1), ('k2', 'u', 'y', 2, 2);
    INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived, meta)
      VALUES ('c', 'u', 't', '{"history": {"messages": {"m": {"role": "user"}}}}', 1, 1, 0, '{}');
    INSERT INTO chat_message (id, chat_id, user_id, role, created_at, updated_at)
      VALUES ('c-m', 'c', 'u', 'user', 1, 1), ('c-n', 'c', 'u', 'user', 1, 1);
    INSERT INTO app (id, slug, name, is_active, data, created_at, updated_at) VALUES ('a', 's', 'n', 1, '{}', 1, 1);
    INSERT INTO message (id, user_id, channel_id, content, created_at, updated_at, app_id)
      VALUES ('m1', 'u', 'ch', 'x', 1, 1, NULL), ('m2', NULL, 'ch', 'y', 1, 1, 'a');
  )sql");
  EXPECT_THAT(losses("b8f2c6d91a04"), ElementsAre("message: 1 row", "app: 1 row"));
  EXPECT_THAT(losses("2f1211949ecc"),
              AllOf(Contains("user.scim: 1 value"), Not(Contains(HasSubstr("variables"))), Contains("api_key: 1 row"),
                    Contains("user.oauth: 1 value"), Contains("chat_message: 1 row"), Contains("message: 1 row")));
  EXPECT_THAT(losses(head), IsEmpty());
}

TEST_F(Downgrade, WhatAppsWroteGoesAndTheRestStays) {
  given("c92da83b017f", R"sql(
    INSERT INTO message (id, user_id, channel_id, content, created_at, updated_at, app_id)
      VALUES ('m1', 'u', 'ch', 'x', 1, 1, NULL), ('m2', NULL, 'ch', 'y', 1, 1, 'a');
    INSERT INTO channel_member (id, channel_id, user_id, app_id, is_active, is_channel_muted, is_channel_pinned, joined_at)
      VALUES ('1', 'ch', 'u', NULL, 1, 0, 0, 1), ('2', 'ch', NULL, 'a', 1, 0, 0, 1);
  )sql");
  downgrade("b8f2c6d91a04");
  EXPECT_THAT(rows("SELECT id FROM message"), ElementsAre("'m1'"));
  EXPECT_THAT(rows("SELECT id FROM channel_member"), ElementsAre("'1'"));
}

TEST_F(Downgrade, SettingsGoIntoTheBlobWithTheirOldNames) {
  given("3ff2c63645b8", R"sql(
    INSERT INTO config_old (id, data, version) VALUES (1, '{"a": 1}', 0), (2, '{"ui": {"x": 1, "y": 2}}', 0);
    INSERT INTO config (key, value, updated_at) VALUES ('ui.x', '5', 2), ('ui.y', '2', 1), ('oauth.client_id', '"c"', 2);
  )sql");
  EXPECT_THAT(losses("461111b60977"), IsEmpty());
  downgrade("461111b60977");
  EXPECT_THAT(rows("SELECT id, json(data) FROM config ORDER BY id"),
              ElementsAre(R"(1|'{"a":1}')", R"(2|'{"ui":{"x":5,"y":2},"oauth":{"oidc":{"client_id":"c"}}}')"));
}

TEST_F(Downgrade, KeysOfNobodyAreCounted) {
  given(head, R"sql(
    INSERT INTO user (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at)
      VALUES ('u', 'n', 'e', 'user', '', 1, 1, 1);
    INSERT INTO api_key (id, user_id, key, created_at, updated_at)
      VALUES ('k1', 'u', 'x', 1, 1), ('k2', 'gone', 'y', 2, 2);
  )sql");
  EXPECT_THAT(losses("2f1211949ecc"), Contains("api_key: 1 row"));
}

TEST_F(Downgrade, MessagesOnViewThatTheChatDoesNotHoldAreCounted) {
  given(head, R"sql(
    INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived, meta, current_message_id) VALUES
      ('held', 'u', 't', '{"history": {"messages": {"m1": {"role": "user"}}}}', 1, 1, 0, '{}', 'm1'),
      ('empty', 'u', 't', '{"history": {"messages": {}}}', 1, 1, 0, '{}', 'm2'),
      ('none', 'u', 't', NULL, 1, 1, 0, '{}', 'm3'), ('unmarked', 'u', 't', '{}', 1, 1, 0, '{}', NULL);
  )sql");
  EXPECT_THAT(losses("856c5b02fb54"), Contains("chat.current_message_id: 2 values"));
}

TEST_F(Downgrade, IdentitiesWithoutSubjectAreNone) {
  const std::string user =
      "INSERT INTO user (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at, oauth) "
      "VALUES ";
  given("b10670c03dd5", user + R"sql(
    ('a', 'n', 'a', 'user', '', 1, 1, 1, '{"google": {"sub": "1"}}'), ('b', 'n', 'b', 'user', '', 1, 1, 1, '{"google": {}}'),
    ('c', 'n', 'c', 'user', '', 1, 1, 1, '{"oidc": {"sub": 7}}'), ('d', 'n', 'd', 'user', '', 1, 1, 1, NULL);
    INSERT INTO api_key (id, user_id, key, created_at, updated_at) VALUES ('k', 'a', 'old', 1, 1), ('l', 'a', 'new', 2, 2);
  )sql");
  EXPECT_THAT(losses("2f1211949ecc"), ElementsAre("api_key: 1 row"));
  downgrade("2f1211949ecc");
  EXPECT_THAT(rows("SELECT id, oauth_sub, api_key FROM user ORDER BY id"),
              ElementsAre("'a'|'google@1'|'new'", "'b'|NULL|NULL", "'c'|'oidc@7'|NULL", "'d'|NULL|NULL"));
}

TEST_F(Downgrade, PromptsOfEqualCommandAreAllKept) {
  given("374d2f66af06", R"sql(
    INSERT INTO prompt (id, command, user_id, name, content, is_active, created_at, updated_at)
      VALUES ('1', 'hi', 'u', 'a', 'x', 1, 5, 6), ('2', '/hi', 'u', 'b', 'y', 1, 5, 6), ('3', NULL, 'u', 'c', 'z', 1, 5, 6);
  )sql");
  downgrade("c440947495f3");
  EXPECT_THAT(rows("SELECT command, title, content, timestamp FROM prompt ORDER BY title"),
              ElementsAre("'/hi'|'a'|'x'|5", "'/hi-2'|'b'|'y'|5", "'/3'|'c'|'z'|5"));
  EXPECT_EQ(environment_.counts["equal-prompt-command"], 1);
}

TEST_F(Downgrade, SettingsAreCountedWhereTheirBlobGoes) {
  given(head, "INSERT INTO config (key, value, updated_at) VALUES ('ui.x', '5', 2), ('ui.y', '2', 1)");
  EXPECT_THAT(losses("ca81bd47c050"), Not(Contains(HasSubstr("config"))));
  EXPECT_THAT(losses("7e5b5dc7342b"), Contains("config: 2 rows"));
}

TEST_F(Downgrade, SettingsOfADatabaseBornLaterAreNestedWhereOldReleasesLookForThem) {
  given(head, "INSERT INTO config (key, value, updated_at) VALUES ('rag.ollama.base_url', '\"u\"', 1)");
  downgrade("b2c3d4e5f6a7");
  EXPECT_THAT(rows("SELECT json(data) FROM config"), ElementsAre(R"('{"rag":{"ollama":{"url":"u"}}}')"));
}

TEST_F(Downgrade, TagsOfChatsBecomeRowsAgain) {
  given("4ace53fd72c8", R"sql(
    INSERT INTO tag (id, name, user_id) VALUES ('red_tag', 'Red Tag', 'u'), ('red_tag', 'red tag', 'v');
    INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived, pinned, meta)
      VALUES ('c', 'u', 't', '{}', 1, 7, 0, 1, '{"tags": ["red_tag"]}'), ('d', 'v', 't', '{}', 1, 8, 0, 0, '{"tags": ["red_tag"], "x": 1}');
    INSERT INTO chatidtag (id, tag_name, chat_id, user_id, timestamp) VALUES ('old', 'gone', 'c', 'u', 1);
  )sql");
  EXPECT_THAT(losses("6a39f3d8e55c"), ElementsAre("chat.meta: 1 value"));
  downgrade("6a39f3d8e55c");
  EXPECT_THAT(rows("SELECT chat_id, tag_name, user_id, timestamp FROM chatidtag ORDER BY 1, 2"),
              ElementsAre("'c'|'Red Tag'|'u'|7", "'c'|'pinned'|'u'|7", "'d'|'red tag'|'v'|8"));
  EXPECT_THAT(rows("SELECT name, user_id, data FROM tag ORDER BY 1, 2"),
              ElementsAre("'Red Tag'|'u'|NULL", "'pinned'|'u'|NULL", "'red tag'|'v'|NULL"));
}

TEST_F(Downgrade, SharedSnapshotsBecomeChats) {
  given("c1d2e3f4a5b6", R"sql(
    INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived, meta, share_id)
      VALUES ('c', 'u', 't', '{"a": 1}', 1, 1, 0, '{}', 's');
    INSERT INTO shared_chat (id, chat_id, user_id, title, chat, created_at, updated_at)
      VALUES ('s', 'c', 'u', 'shared', '{"a": 1}', 2, 3), ('c', 'c', 'u', 'clash', '{"b": 1}', 2, 3);
    INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, created_at)
      VALUES ('g', 'shared_chat', 'c', 'user', '*', 'read', 1), ('h', 'note', 'n', 'user', 'u', 'read', 1);
  )sql");
  downgrade("e1f2a3b4c5d6");
  EXPECT_THAT(rows("SELECT id, user_id, title, chat FROM chat ORDER BY id"),
              ElementsAre("'c'|'u'|'t'|'{\"a\": 1}'", "'s'|'shared-c'|'shared'|'{\"a\": 1}'"));
  EXPECT_THAT(rows("SELECT id FROM access_grant"), ElementsAre("'h'"));
  EXPECT_THAT(rows("SELECT name FROM sqlite_schema WHERE name LIKE '%shared_chat%'"), IsEmpty());
  EXPECT_EQ(environment_.counts["share-with-id-of-chat"], 1);
  // In one pass with older steps, too.
  downgrade("d31026856c01");
  EXPECT_THAT(rows("SELECT id, user_id FROM chat ORDER BY id"), ElementsAre("'c'|'u'", "'s'|'shared-c'"));
}

TEST_F(Downgrade, SnapshotsWithoutValuesBecomeChatsThatHaveThem) {
  given("c1d2e3f4a5b6", "INSERT INTO shared_chat (id, chat_id, user_id, updated_at) VALUES ('s', 'c', 'u', 3)",
        Lineage::peewee);
  downgrade("e1f2a3b4c5d6");
  EXPECT_THAT(rows("SELECT id, user_id, title, chat, created_at, updated_at FROM chat"),
              ElementsAre("'s'|'shared-c'|''|NULL|3|3"));
}

TEST_F(Downgrade, ATargetAheadIsRefused) {
  given("9f0c9cd09105", "");
  auto connection = need(database::Connection::open(source_, database::OpenMode::read_only));
  const auto path = plan_downgrade(need(inspect_state(connection)), head);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().id, "target-newer");
}

}  // namespace
}  // namespace liftlock::migration
