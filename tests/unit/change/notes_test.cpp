#include "change/notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using testing::need;
using Json = nlohmann::ordered_json;

class NotesTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<Json> lines() const {
    std::vector<Json> lines;
    std::istringstream text(need(file::read(file_)));
    for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
    return lines;
  }

  testing::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_ / "quarantine.jsonl";
  SystemClock clock_;
  RandomIds ids_;
  NoProgress progress_;
};

TEST_F(NotesTest, are_added_up_by_revision_table_and_id) {
  RunEnvironment environment(clock_, ids_, progress_, file_);
  environment.note({"r1", "chat", "unreadable", "{} chats", 2});
  environment.note({"r1", "chat", "unreadable", "{} chats", 3});
  environment.note({"r2", "chat", "unreadable", "{} chats", 4});
  environment.note({"r1", "tag", "unreadable", "{} tags", 5});
  ASSERT_EQ(environment.notes().size(), 3U);
  EXPECT_EQ(sentence_of(environment.notes()[0]), "5 chats");
  EXPECT_EQ(sentence_of(environment.notes()[1]), "4 chats");
  EXPECT_EQ(sentence_of(environment.notes()[2]), "5 tags");
  ASSERT_TRUE(environment.finish());
  EXPECT_FALSE(file::exists(file_)) << "nothing was quarantined";
}

TEST_F(NotesTest, a_report_gives_them_back_with_their_counts_in_the_sentence) {
  const auto known = notes_from_json(to_json({{"r1", "chat", "unreadable", "{} chats", 2}}));
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].text, "2 chats");
  EXPECT_EQ(known[0].count, 2);
  EXPECT_EQ(known[0].revision, "r1");
  EXPECT_EQ(known[0].table, "chat");
  EXPECT_EQ(known[0].id, "unreadable");
}

TEST_F(NotesTest, every_quarantined_value_is_a_line_that_holds_all_of_it) {
  const std::string long_text(3'000'000, 'x');
  RunEnvironment environment(clock_, ids_, progress_, file_);
  environment.quarantine({"r1", "chat", "a", "chat", "{\"cut\n\"", "not JSON"});
  environment.quarantine({"r1", "chat", "b", "chat", long_text, "not JSON"});
  ASSERT_TRUE(environment.finish());
  EXPECT_EQ(environment.quarantined(), 2);
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], (Json{{"revision", "r1"},
                          {"table", "chat"},
                          {"column", "chat"},
                          {"reason", "not JSON"},
                          {"key", "a"},
                          {"value", "{\"cut\n\""}}));
  EXPECT_EQ(all[1]["value"].get<std::string>(), long_text);
}

TEST_F(NotesTest, bytes_that_are_no_text_are_kept_in_base64) {
  RunEnvironment environment(clock_, ids_, progress_, file_);
  environment.quarantine({"r1", "chat", "k", "chat", std::string("\xff\x00z", 3), "no text"});
  environment.quarantine({"r1", "chat", "\xfe", "chat", "fine", "no text"});
  ASSERT_TRUE(environment.finish());
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["value_base64"], "/wB6");
  EXPECT_EQ(all[0]["key_base64"], "aw==");
  EXPECT_FALSE(all[0].contains("value"));
  EXPECT_EQ(all[1]["key_base64"], "/g==");
  EXPECT_EQ(all[1]["value_base64"], "ZmluZQ==");
}

TEST_F(NotesTest, a_quarantine_that_cannot_be_written_fails_the_migration) {
  RunEnvironment environment(clock_, ids_, progress_, folder_ / "not there/quarantine.jsonl");
  environment.quarantine({"r1", "chat", "a", "chat", "text", "not JSON"});
  environment.quarantine({"r1", "chat", "b", "chat", "text", "not JSON"});
  const auto finished = environment.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().id, "file-error");
  EXPECT_THAT(finished.error().doing, ::testing::HasSubstr("quarantine.jsonl"));
}

}  // namespace
}  // namespace liftlock::change
