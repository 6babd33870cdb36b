#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view revision = "8452d01d26d7";
constexpr std::string_view tables = R"sql(
CREATE TABLE chat (id VARCHAR(255) NOT NULL, user_id VARCHAR(255), title TEXT, created_at DATETIME, updated_at DATETIME, chat JSON);
CREATE UNIQUE INDEX chat_id ON chat (id);
)sql";

class ChatMessages : public RevisionTest {
 protected:
  void SetUp() override { given(tables); }

  void chat(const std::string& id, const std::string& user, const std::string& json) {
    given("INSERT INTO chat VALUES ('" + id + "', " + user + ", 't', 1, 2, " + json + ")");
  }
  /// A chat "c" of ann whose only message, "m", has these fields.
  void message(const std::string& fields) {
    chat("c", "'ann'", R"('{"history":{"messages":{"m":{)" + fields + "}}}}'");
  }
};

TEST_F(ChatMessages, BecomeRows) {
  chat("c", "'ann'", R"('{"history":{"messages":{
    "1":{"role":"user","content":"hi","timestamp":1700000000,"files":[{"id":"f"}]},
    "2":{"role":"assistant","parentId":"1","content":"ho","model":"llama","done":false,"statusHistory":[1],"timestamp":1700000001,
         "output":[],"sources":[2],"embeds":[3],"error":{"e":1},"usage":{"t":5}}}}}')");
  migrate(revision);
  EXPECT_THAT(
      rows("SELECT * FROM chat_message ORDER BY id"),
      ElementsAre("'c-1'|'c'|'ann'|'user'|NULL|'\"hi\"'|'null'|NULL|'[{\"id\":\"f\"}]'|'null'|'null'|1|'null'|'null'|"
                  "'null'|1700000000|1700000000",
                  "'c-2'|'c'|'ann'|'assistant'|'1'|'\"ho\"'|'[]'|'llama'|'null'|'[2]'|'[3]'|0|'[1]'|'{\"e\":1}'|"
                  "'{\"t\":5}'|1700000001|1700000001"));
  EXPECT_THAT(rows("SELECT count(*) FROM pragma_index_list('chat_message') WHERE origin = 'c'"), ElementsAre("7"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(ChatMessages, TakeTheTimeThatMakesSense) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"1700000000.9", "1700000000"},
                                                                  {"\"1700000000\"", "1700000000"},
                                                                  {"1700000000123", "1700000000"},
                                                                  {"\" 1.7e9 \"", "1700000000"},
                                                                  {"-5", "1790000000"},
                                                                  {"0", "1790000000"},
                                                                  {"4070908800", "1790000000"},
                                                                  {"null", "1790000000"},
                                                                  {"true", "1790000000"},
                                                                  {"\"soon\"", "1790000000"},
                                                                  {"[]", "1790000000"},
                                                                  {"NaN", "1790000000"},
                                                                  {"1577836800", "1577836800"},
                                                                  {"1577836799", "1790000000"},
                                                                  {"1790086400", "1790086400"},
                                                                  {"1790086401", "1790000000"},
                                                                  {"1e400", "1790000000"},
                                                                  {"123456789012345678901234567890", "1790000000"}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    chat("c" + std::to_string(i), "'ann'",
         R"('{"history":{"messages":{"m":{"role":"user","timestamp":)" + cases[i].first + "}}}}'");
  }
  migrate(revision);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THAT(rows("SELECT created_at FROM chat_message WHERE chat_id = 'c" + std::to_string(i) + "'"),
                ElementsAre(cases[i].second))
        << cases[i].first;
  }
}

TEST_F(ChatMessages, LeaveOutWhatIsNoMessage) {
  chat("a", "'ann'", "NULL");
  chat("b", "'ann'", "'null'");
  chat("c", "'ann'", R"('{"history":null}')");
  chat("d", "'ann'", R"('{"history":{"messages":[{"role":"user"}]}}')");
  chat("e", "'ann'", R"('{"history":{"messages":{"x":{},"y":null,"z":{"role":""},"w":{"role":null}}}}')");
  chat("f", "'Shared-c'", R"('{"history":{"messages":{"m":{"role":"user"}}}}')");
  chat("g", "NULL", R"('{"history":{"messages":{"m":{"role":"user"}}}}')");
  chat("h", "'ann'", "0");
  migrate(revision);
  EXPECT_THAT(rows("SELECT * FROM chat_message"), IsEmpty());
  EXPECT_THAT(rows("SELECT count(*) FROM chat"), ElementsAre("8"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(ChatMessages, OfAnUnreadableChatStayInIt) {
  chat("a", "'ann'", "'{\"history\"'");
  chat("b", "'ann'", "'[1]'");
  chat("c", "'ann'", R"('"{\"history\":{\"messages\":{\"m\":{\"role\":\"user\"}}}}"')");
  migrate(revision);
  EXPECT_THAT(rows("SELECT id FROM chat_message"), ElementsAre("'c-m'"));
  EXPECT_THAT(rows("SELECT chat FROM chat WHERE id = 'a'"), ElementsAre("'{\"history\"'"));
  EXPECT_EQ(noted("unreadable-chat"), 2);
}

TEST_F(ChatMessages, KeepWhatTheOfficialScriptDrops) {
  message(R"("role":"user","content":"x","parentId":["p"],"model":{"a":1},"done":"yes")");
  migrate(revision);
  EXPECT_THAT(rows("SELECT role, content, parent_id, model_id, done FROM chat_message"),
              ElementsAre("'user'|'\"x\"'|NULL|NULL|1"));
  EXPECT_EQ(noted("unusual-message-reference"), 1);
  EXPECT_EQ(noted("unusual-message-done"), 1);
}

TEST_F(ChatMessages, TakeNumbersForTexts) {
  message(R"("role":1,"parentId":2.5,"model":true,"done":null)");
  migrate(revision);
  EXPECT_THAT(rows("SELECT role, parent_id, model_id, done FROM chat_message"), ElementsAre("'1'|'2.5'|'1'|NULL"));
}

TEST_F(ChatMessages, GoToTheQuarantineWhereTheyCannotBeRows) {
  message(R"("role":["user"],"content":"kept")");
  chat("a-b", "'ann'", R"('{"history":{"messages":{"c":{"role":"user","content":"first"}}}}')");
  chat("a", "'ann'",
       R"('{"history":{"messages":{"b-c":{"role":"user","content":"second"}, "\ud800":{"role":"user"}}}}')");
  migrate(revision);
  EXPECT_THAT(rows("SELECT id, content FROM chat_message"), ElementsAre("'a-b-c'|'\"first\"'"));
  EXPECT_EQ(noted("unusable-message"), 3);
  ASSERT_EQ(environment_.quarantined.size(), 3U);
  EXPECT_EQ(environment_.quarantined[0].value, "\"kept\"");
  EXPECT_EQ(environment_.quarantined[1].value, "\"second\"");
}

TEST_F(ChatMessages, OfARunThatWasKilledAreCompleted) {
  chat("c", "'ann'",
       R"('{"history":{"messages":{"1":{"role":"user","content":"a"},"2":{"role":"user","content":"b"}}}}')");
  migrate(revision);
  std::filesystem::rename(result_, source_);
  given("DELETE FROM chat_message WHERE id = 'c-2'; UPDATE chat_message SET content = '\"there\"'");
  migrate(revision);
  EXPECT_THAT(rows("SELECT id, content FROM chat_message ORDER BY id"),
              ElementsAre("'c-1'|'\"there\"'", "'c-2'|'\"b\"'"));
  EXPECT_THAT(rows("SELECT count(*) FROM pragma_index_list('chat_message') WHERE origin = 'c'"), ElementsAre("7"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

class SharedChats : public ChatMessages {
 protected:
  void SetUp() override {
    given(tables);
    given(R"sql(
      CREATE TABLE chat_message (id TEXT NOT NULL PRIMARY KEY, chat_id TEXT NOT NULL, content JSON);
      CREATE TABLE access_grant (id TEXT NOT NULL PRIMARY KEY, resource_type TEXT NOT NULL, resource_id TEXT NOT NULL,
        principal_type TEXT NOT NULL, principal_id TEXT NOT NULL, permission TEXT NOT NULL, created_at BIGINT NOT NULL,
        CONSTRAINT uq_access_grant_grant UNIQUE (resource_type, resource_id, principal_type, principal_id, permission)))sql");
    chat("c", "'ann'", "'{\"a\":1}'");
  }
};

TEST_F(SharedChats, MoveToATableOfTheirOwn) {
  chat("s", "'shared-c'", "'{\"a\":2}'");
  given("INSERT INTO chat_message VALUES ('s-1', 's', 1), ('c-1', 'c', 2), ('s-2', 's', 3)");
  migrate("c1d2e3f4a5b6");
  EXPECT_THAT(rows("SELECT id, chat FROM chat"), ElementsAre("'c'|'{\"a\":1}'"));
  EXPECT_THAT(rows("SELECT * FROM shared_chat"), ElementsAre("'s'|'c'|'ann'|'t'|'{\"a\":2}'|1|2"));
  EXPECT_THAT(
      rows("SELECT resource_type, resource_id, principal_type, principal_id, permission, created_at FROM access_grant"),
      ElementsAre("'shared_chat'|'c'|'user'|'*'|'read'|1"));
  EXPECT_THAT(rows("SELECT id FROM chat_message"), ElementsAre("'c-1'"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(SharedChats, AreKeptInQuarantineWhereTheirChatIsGone) {
  chat("s", "'shared-gone'", "'{\"a\":2}'");
  migrate("c1d2e3f4a5b6");
  EXPECT_THAT(rows("SELECT id FROM chat"), ElementsAre("'c'"));
  EXPECT_THAT(rows("SELECT * FROM shared_chat"), IsEmpty());
  EXPECT_EQ(noted("share-without-chat"), 1);
  ASSERT_EQ(environment_.quarantined.size(), 1U);
  EXPECT_EQ(environment_.quarantined[0].key, "s");
  EXPECT_EQ(environment_.quarantined[0].value, "{\"a\":2}");
}

TEST_F(SharedChats, AreMovedWithTheMessagesInOnePass) {
  given(
      "DROP TABLE chat_message; DROP TABLE access_grant; CREATE TABLE \"user\" (id TEXT PRIMARY KEY); CREATE TABLE "
      "note (id TEXT PRIMARY KEY)");
  chat("s", "'shared-c'", R"('{"history":{"messages":{"m":{"role":"user"}}}}')");
  chat("d", "'bob'", R"('{"history":{"messages":{"m":{"role":"user"}}}}')");
  migrate(revision, "c1d2e3f4a5b6");
  EXPECT_THAT(rows("SELECT id, last_read_at FROM chat ORDER BY id"), ElementsAre("'c'|2", "'d'|2"));
  EXPECT_THAT(rows("SELECT id FROM chat_message"), ElementsAre("'d-m'"));
  EXPECT_THAT(rows("SELECT id, user_id FROM shared_chat"), ElementsAre("'s'|'ann'"));
}

}  // namespace
}  // namespace liftlock::migration::openwebui
