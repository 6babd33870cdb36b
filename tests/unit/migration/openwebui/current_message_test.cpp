#include "migration/openwebui/current_message.hpp"

#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;

TEST(LatestLeaf, IsTheFirstOfTheLatestThatNobodyAnswered) {
  const std::vector<TreeNode> tree{{"a", {}, 9}, {"b", "a", 1}, {"c", "a", 3}, {"d", "a", 3}, {"e", "gone", 2}};
  EXPECT_EQ(latest_leaf(tree), "c");
}

TEST(LatestLeaf, OfACircleIsTheLatestOfAll) {
  const std::vector<TreeNode> circle{{"a", "b", 1}, {"b", "a", 2}};
  EXPECT_EQ(latest_leaf(circle), "b");
}

TEST(LatestLeaf, OfARepeatedIdIsByTheLastNode) {
  const std::vector<TreeNode> repeated{{"a", "b", 1}, {"b", {}, 5}, {"a", {}, 7}};
  EXPECT_EQ(latest_leaf(repeated), "a");
  EXPECT_EQ(latest_leaf({}), "");
}

class CurrentMessage : public RevisionTest {
 protected:
  void SetUp() override {
    given(R"sql(CREATE TABLE chat (id TEXT NOT NULL PRIMARY KEY, chat JSON);
                CREATE TABLE chat_message (id TEXT NOT NULL PRIMARY KEY, chat_id TEXT NOT NULL, parent_id TEXT, created_at BIGINT);
                CREATE INDEX ix_chat_message_chat_id ON chat_message (chat_id))sql");
  }
  void chat(const std::string& id, const std::string& json) {
    given("INSERT INTO chat VALUES ('" + id + "', '" + json + "')");
  }
  void message(const std::string& chat, const std::string& id, const std::string& parent, const std::string& time) {
    given("INSERT INTO chat_message VALUES ('" + id + "', '" + chat + "', " + parent + ", " + time + ")");
  }
  Rows current() {
    migrate("9a1b2c3d4e5f");
    return rows("SELECT id, current_message_id FROM chat ORDER BY id");
  }
};

TEST_F(CurrentMessage, IsTheFirstCandidateThatIsAMessageOfTheChat) {
  chat("a", R"({"history": {"currentId": "gone"}, "currentId": "a-m1", "branchPointMessageId": "m2"})");
  message("a", "a-m1", "NULL", "1");
  message("a", "a-m2", "'m1'", "2");
  chat("b", R"({"history": {"currentId": "m2"}})");
  message("b", "b-m3", "NULL", "1");
  EXPECT_THAT(current(), ElementsAre("'a'|'m1'", "'b'|'m3'"));
}

TEST_F(CurrentMessage, IsElseTheLatestLeafOfTheStoredMessages) {
  chat("a", R"({"history": {"currentId": "gone", "messages": {"j": {}}}})");
  message("a", "a-m1", "NULL", "NULL");
  message("a", "a-m2", "'a-m1'", "5");
  message("a", "a-m3", "'m1'", "5");
  message("a", "bare", "'m1'", "4");
  chat("b", "{broken");
  message("b", "b-x", "NULL", "1");
  chat("c", R"("{\"history\": {\"currentId\": \"x\"}}")");
  message("c", "c-x", "'y'", "1");
  message("c", "c-y", "NULL", "9");
  message("c", "c-z", "'y'", "2");
  EXPECT_THAT(current(), ElementsAre("'a'|'m2'", "'b'|'x'", "'c'|'z'"));
}

TEST_F(CurrentMessage, OfAChatWithoutStoredMessagesIsByItsJson) {
  chat("a", R"({"history": {"currentId": "m2", "messages": {"m1": {"timestamp": 9}, "m2": {"parentId": "m1"}}}})");
  chat("b", R"({"history": {"messages": {"m1": {}, "m2": {"parentId": "m1", "timestamp": 3}, "m3": 5}}})");
  chat("c",
       R"({"history": {"messages": {}}, "messages": [{"id": "l1", "timestamp": 2}, {"id": "l2", "timestamp": 1}]})");
  chat("d", "{}");
  chat("e", "null");
  EXPECT_THAT(current(), ElementsAre("'a'|'m2'", "'b'|'m2'", "'c'|'l1'", "'d'|NULL", "'e'|NULL"));
}

TEST_F(CurrentMessage, ThatIsThereAlreadyStaysWhereItIsAMessage) {
  given("ALTER TABLE chat ADD COLUMN current_message_id TEXT");
  given(
      R"sql(INSERT INTO chat VALUES ('a', '{"history": {"currentId": "m2"}}', 'm1'), ('b', '{}', 'gone'), ('c', '{}', 'gone'))sql");
  message("a", "a-m1", "NULL", "1");
  message("a", "a-m2", "NULL", "2");
  message("b", "b-m1", "NULL", "1");
  EXPECT_THAT(current(), ElementsAre("'a'|'m1'", "'b'|'m1'", "'c'|'gone'"));
}

TEST_F(CurrentMessage, IsFoundWithoutAnIndex) {
  given("DROP INDEX ix_chat_message_chat_id");
  chat("a", "{}");
  message("a", "a-m1", "NULL", "1");
  EXPECT_THAT(current(), ElementsAre("'a'|'m1'"));
}

}  // namespace
}  // namespace liftlock::migration::openwebui
