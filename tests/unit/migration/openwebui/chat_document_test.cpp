#include "migration/openwebui/chat_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migration/openwebui/json.hpp"
#include "migration/openwebui/python_number.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using Kind = ChatDocument::Kind;
using Parts = ChatReader::Parts;

std::vector<std::string> ids(const ChatDocument& document) {
  std::vector<std::string> result;
  for (const ChatNode& node : document.nodes) result.emplace_back(node.id);
  return result;
}

TEST(ChatDocument, KnowsWhatAChatIs) {
  ChatReader reader;
  const auto kind = [&](std::string_view text) { return reader.read(text, Parts::outline).kind; };
  for (const char* text : {"null", "{}", "[]", "\"\"", "0", "0.0", "false", " null "}) {
    EXPECT_EQ(kind(text), Kind::nothing) << text;
  }
  for (const char* text : {"[1]", "\"[1]\"", "7", "true", "NaN", "\"\\\"text\\\"\""})
    EXPECT_EQ(kind(text), Kind::other) << text;
  for (const char* text : {"{\"a\":1}", R"("{\"a\":1}")", R"({"a":NaN})"}) EXPECT_EQ(kind(text), Kind::object) << text;
  for (const char* text : {"", "{", "{\"a\":tru}", "\"{\"", "{\"a\":1}x"})
    EXPECT_EQ(kind(text), Kind::unreadable) << text;
}

TEST(ChatDocument, ReadsMessagesAsPythonDoes) {
  ChatReader reader;
  const auto& document = reader.read(R"({"history":{"currentId":"b","messages":{
      "a":{"role":"user","content":"é\u0000\"","timestamp":1.5e9,"done":false},
      "b":{"role":"old","parentId":"x","role":"assistant","parentId":"a","content":[1,2.0,{"k":null,"t":true}],"usage":{}},
      "c":7, "a":{"role":"user","content":"again","model":["m"]}}},"currentId":"c"})",
                                     Parts::messages);
  ASSERT_EQ(document.kind, Kind::object);
  EXPECT_THAT(ids(document), ElementsAre("a", "b", "c"));
  ASSERT_EQ(document.messages.size(), 2U);
  const ChatMessage& a = document.messages[0];
  EXPECT_EQ(document.text(a.content), "\"again\"");
  EXPECT_FALSE(a.timestamp.is_there);
  EXPECT_FALSE(a.model.fits);
  const ChatMessage& b = document.messages[1];
  EXPECT_EQ(b.role.value.bytes(), "assistant");
  EXPECT_EQ(document.text(b.content), R"([1,2.0,{"k":null,"t":true}])");
  EXPECT_EQ(document.text(b.usage), "{}");
  EXPECT_EQ(document.text(b.error), "null");
  EXPECT_EQ(document.nodes[1].parent_id, "a");
  EXPECT_EQ(document.history_current_id, "b");
  EXPECT_EQ(document.current_id, "c");
}

TEST(ChatDocument, CopiesValuesUnchanged) {
  ChatReader reader;
  for (const std::string value : {R"("a\"\\\/\b\f\n\r\t\u001f\u0000é\ud83d\ude00")", "-0.0", "1e300", "0.1",
                                  "9223372036854775807", "18446744073709551615", "123456789012345678901234567890", "[]",
                                  "{}", R"([{"a":[]},[[]],"x"])", R"({"\n":{"":""}})", "true", R"("\ud800")", "NaN"}) {
    const auto& document =
        reader.read(R"({"history":{"messages":{"m":{"role":"u","content":)" + value + "}}}}", Parts::messages);
    ASSERT_EQ(document.messages.size(), 1U) << value;
    const auto copied = load_json(document.text(document.messages[0].content));
    ASSERT_TRUE(copied) << value;
    EXPECT_EQ(dump_json(*copied), dump_json(*load_json(value)));
  }
}

TEST(ChatDocument, FallsBackToTheListOfMessages) {
  ChatReader reader;
  const auto& document = reader.read(
      R"({"messages":[{"id":"a","timestamp":3},{"id":"b","parentId":"a"},{"id":""},{"id":5},"x",{"id":"a","timestamp":9}]})",
      Parts::outline);
  EXPECT_THAT(ids(document), ElementsAre("a", "b"));
  EXPECT_EQ(document.nodes[0].timestamp, 9);
  EXPECT_TRUE(document.messages.empty());
  EXPECT_THAT(ids(reader.read(R"({"history":{"messages":{}},"messages":[{"id":"z"}]})", Parts::outline)),
              ElementsAre("z"));
  EXPECT_THAT(ids(reader.read(R"({"history":null,"messages":null})", Parts::outline)), ElementsAre());
}

TEST(ChatDocument, ForgetsTheChatBefore) {
  ChatReader reader;
  std::ignore = reader.read(R"({"history":{"currentId":"b","messages":{"a":{"role":"x"}}}})", Parts::messages);
  const auto& document = reader.read("{\"a\":1}", Parts::messages);
  EXPECT_TRUE(document.messages.empty());
  EXPECT_TRUE(document.nodes.empty());
  EXPECT_EQ(document.history_current_id, "");
}

TEST(ChatDocument, ReadsFiftyMegabytes) {
  const std::string text(50U << 20U, 'x');
  ChatReader reader;
  const auto& document =
      reader.read(R"({"history":{"messages":{"m":{"role":"u","content":")" + text + "\"}}}}", Parts::messages);
  ASSERT_EQ(document.messages.size(), 1U);
  EXPECT_EQ(document.text(document.messages[0].content).size(), text.size() + 2);
  EXPECT_LT(reader.read("{\"a\":1}", Parts::messages).json.capacity(), text.size());
}

TEST(PythonFloat, ReadsWhatPythonReads) {
  EXPECT_EQ(parse_python_float(" 12\n"), 12);
  EXPECT_EQ(parse_python_float("1_000.5"), 1000.5);
  EXPECT_EQ(parse_python_float("+.5"), .5);
  EXPECT_EQ(parse_python_float("1e9"), 1e9);
  EXPECT_EQ(parse_python_float("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_python_float("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(parse_python_float("NaN"));
  for (const char* text : {"", " ", "_1", "1_", "1__0", "0x10", "1 2", "+-1", "nan(1)", "e5", "1e"}) {
    EXPECT_FALSE(parse_python_float(text)) << text;
  }
}

}  // namespace
}  // namespace liftlock::migration::openwebui
