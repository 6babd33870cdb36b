#include "migration/openwebui/chat_text.hpp"

#include "migration/openwebui/leftovers.hpp"
#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view revision = "242a2047eae0";

class ChatText : public RevisionTest {
 protected:
  void given_chat(const std::string& id, const std::string& text_sql) {
    given("INSERT INTO chat VALUES ('" + id + "', 'u', 't', " + text_sql + ", NULL, 0, 1, 2)");
  }
};

TEST_F(ChatText, KeepsJsonByteForByte) {
  given_peewee("");
  given_chat("a", R"('{"title":  "é", "n": 1.0,"history":{"messages": {}}}')");
  given_chat("b", "'[1, NaN]'");
  given_chat("c", R"('"\ud800"')");
  migrate(revision);
  EXPECT_THAT(rows("SELECT chat FROM chat ORDER BY id"),
              ElementsAre(R"('{"title":  "é", "n": 1.0,"history":{"messages": {}}}')", "'[1, NaN]'", R"('"\ud800"')"));
  EXPECT_THAT(environment_.quarantined, IsEmpty());
  EXPECT_THAT(environment_.notes, IsEmpty());
  EXPECT_THAT(rows("SELECT name, type, \"notnull\" FROM pragma_table_info('chat') WHERE cid >= 6"),
              ElementsAre("'updated_at'|'DATETIME'|1", "'chat'|'JSON'|0"));
}

TEST_F(ChatText, EmptiesWhatIsNotJsonAndKeepsItsTextAside) {
  given_peewee("");
  given_chat("bad", "'{\"half\": '");
  given_chat("deep", "'" + std::string(1500, '[') + std::string(1500, ']') + "'");
  given_chat("empty", "''");
  given_chat("good", "'{}'");
  given_chat("zero", "CAST(x'7b7d0041' AS TEXT)");
  migrate(revision);
  EXPECT_THAT(rows("SELECT id, chat FROM chat ORDER BY id"),
              ElementsAre("'bad'|'null'", "'deep'|'null'", "'empty'|'null'", "'good'|'{}'", "'zero'|'null'"));
  ASSERT_EQ(environment_.quarantined.size(), 3U);
  const QuarantinedValue& value = environment_.quarantined.front();
  EXPECT_EQ(value.revision + value.table + value.key + value.column, "242a2047eae0chatbadchat");
  EXPECT_EQ(value.value, "{\"half\": ");
  EXPECT_EQ(environment_.quarantined.back().value, std::string("{}\0A", 4));
  EXPECT_EQ(noted("unparsable-chat"), 3);
}

TEST_F(ChatText, LeavesBytesThatAreNotUtf8InTheirPlace) {
  given_peewee("");
  given_chat("a", "CAST(x'7b2261223a2022ff227d' AS TEXT)");
  migrate(revision);
  EXPECT_THAT(rows("SELECT hex(chat), typeof(chat) FROM chat"), ElementsAre("'7B2261223A2022FF227D'|'text'"));
  EXPECT_EQ(noted("chat-not-utf8"), 1);
}

constexpr std::string_view chat_with_old = "CREATE TABLE chat (id VARCHAR NOT NULL PRIMARY KEY, ";

TEST_F(ChatText, BringsHomeTheChatsThatReleases096LeftBehind) {
  given(std::string(chat_with_old) + "old_chat TEXT, chat JSON);");
  given(R"sql(INSERT INTO chat VALUES ('a', '{"old": 1}', NULL), ('b', '{"old": 2}', 'null'), ('c', NULL, '{"new": 3}'),
              ('d', '{"old":4}', '{"old": 4}'), ('e', '{"old": 5}', '{"new": 5}'), ('f', NULL, NULL), ('g', 'no', NULL))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT * FROM chat ORDER BY id"),
              ElementsAre(R"('a'|'{"old": 1}')", R"('b'|'{"old": 2}')", R"('c'|'{"new": 3}')", R"('d'|'{"old": 4}')",
                          R"('e'|'{"new": 5}')", "'f'|NULL", "'g'|'null'"));
  ASSERT_EQ(environment_.quarantined.size(), 2U);
  EXPECT_EQ(environment_.quarantined[0].key + environment_.quarantined[0].value, R"(e{"old": 5})");
  EXPECT_EQ(environment_.quarantined[1].key + environment_.quarantined[1].value, "gno");
  EXPECT_EQ(noted("superseded-chat"), 1);
  EXPECT_EQ(noted("unparsable-chat"), 1);
}

TEST_F(ChatText, PrefersTheLivingTextToAnOldOneBesideIt) {
  given(std::string(chat_with_old) + "chat TEXT, old_chat TEXT);");
  given(
      R"sql(INSERT INTO chat VALUES ('a', '{"n": 1}', '{"o": 1}'), ('b', NULL, '{"o": 2}'), ('c', 'bad', '{"o": 3}'))sql");
  migrate(revision);
  EXPECT_THAT(rows("SELECT * FROM chat ORDER BY id"),
              ElementsAre(R"('a'|'{"n": 1}')", R"('b'|'{"o": 2}')", R"('c'|'{"o": 3}')"));
  EXPECT_EQ(environment_.quarantined.size(), 2U);
}

TEST_F(ChatText, DropsAnOldChatThatIsEmptyAndDoesNothingWhereAllIsDone) {
  given(std::string(chat_with_old) + "chat JSON, old_chat TEXT); INSERT INTO chat VALUES ('a', '{}', NULL)");
  migrate(revision);
  EXPECT_THAT(rows("SELECT * FROM chat"), ElementsAre("'a'|'{}'"));
  std::filesystem::copy_file(result_, source_, std::filesystem::copy_options::overwrite_existing);
  migrate(revision);
  EXPECT_THAT(rows("SELECT * FROM chat"), ElementsAre("'a'|'{}'"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

}  // namespace
}  // namespace liftlock::migration::openwebui
