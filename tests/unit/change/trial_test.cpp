#include "change/trial.hpp"

#include <gmock/gmock.h>

#include "base/memory.hpp"
#include "change/trial_users.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using database::Connection;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* tables = R"(
  CREATE TABLE user (id TEXT, role TEXT);
  CREATE TABLE auth (id TEXT, active INTEGER, session_stamp TEXT, mfa TEXT);
  CREATE TABLE chat (id TEXT, user_id TEXT, title TEXT, chat TEXT, archived INTEGER, pinned INTEGER, folder_id TEXT, meta TEXT);
  CREATE TABLE config (key TEXT, value TEXT);
  INSERT INTO user VALUES ('boss', 'admin'), ('ann', 'user'), ('new', 'pending'), ('gone', 'user'), ('bob', 'user');
  INSERT INTO auth VALUES ('boss', 1, NULL, '{}'), ('ann', 1, 'stamp', NULL), ('new', 1, NULL, NULL), ('gone', 0, NULL, NULL),
    ('bob', 1, NULL, NULL);
  INSERT INTO chat VALUES
    ('a', 'ann', 'A', '{"history":{"messages":{"m":{"role":"user","content":"hello"}}}}', 0, 0, NULL, NULL),
    ('b', 'ann', 'B', '{}', 0, NULL, NULL, '{}'),
    ('archived', 'ann', 'C', '{}', 1, 0, NULL, NULL), ('pinned', 'ann', 'D', '{}', 0, 1, NULL, NULL),
    ('filed', 'ann', 'E', '{}', 0, 0, 'f', NULL), ('internal', 'ann', 'F', '{}', 0, 0, NULL, '{"internal":true}');
  INSERT INTO config VALUES ('auth.mfa.enable', 'true'), ('ui.x', 'true');)";

/// A program that has these chats, whoever asks.
class Program final : public http::Transport {
 public:
  Result<http::Response> send(const http::Request& request) override {
    if (status != 200) return http::Response{status, {}, {}};
    const std::string path = request.url.substr(std::string("http://p").size());
    if (path == "/api/v1/chats/?page=1") return answer(list);
    if (path.starts_with("/api/v1/chats/?")) return answer(Json::array());
    return opened.contains(path) ? answer(opened[path]) : Result<http::Response>(http::Response{401, {}, {}});
  }
  static Result<http::Response> answer(const Json& body) { return http::Response{200, {}, body.dump()}; }

  int status = 200;
  Json list = {{{"id", "b"}, {"title", "B"}}, {{"id", "a"}, {"title", "A"}}};
  Json opened = {
      {"/api/v1/chats/b", {{"title", "B"}, {"chat", Json::object()}}},
      {"/api/v1/chats/a",
       {{"title", "A"},
        {"chat", {{"history", {{"messages", {{"m", {{"role", "user"}, {"content", "hello"}, {"more", 1}}}}}}}}}}}};
};

class AskingUsers : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Connection::open(file_, database::OpenMode::create);
    ASSERT_TRUE(database && database->execute(tables));
    // Only ann has something to be asked for.
    ASSERT_TRUE(database->execute("DELETE FROM user WHERE id IN ('boss', 'bob')"));
  }
  Result<UsersAsked> ask() { return ask_as_users(program_, {file_, "http://p", "s"}, clock_, progress_); }
  void fails(const std::string& what) {
    const auto asked = ask();
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().id, "chats-differ");
    EXPECT_THAT(asked.error().what, HasSubstr(what));
  }

  testing::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_ / "webui.db";
  Program program_;
  SystemClock clock_;
  NoProgress progress_;
};

TEST_F(AskingUsers, ComparesWhatTheyAreShown) {
  const auto asked = ask();
  ASSERT_TRUE(asked) << asked.error().what;
  EXPECT_EQ(asked->users, 1);
  EXPECT_EQ(asked->chats_listed, 2);
  EXPECT_EQ(asked->chats_opened, 2);
  EXPECT_EQ(asked->not_asked, "");
}

TEST_F(AskingUsers, MissesAChat) {
  program_.list.erase(0);
  fails("it lists 1 of 2 chats");
}

TEST_F(AskingUsers, SeesAnotherTitle) {
  program_.list[0]["title"] = "other";
  fails("it lists the chat b, which the database does not have so");
}

TEST_F(AskingUsers, SeesAChatThatIsNotListed) {
  program_.list.push_back({{"id", "archived"}, {"title", "C"}});
  fails("the chat archived");
}

TEST_F(AskingUsers, ReadsAnotherMessage) {
  program_.opened["/api/v1/chats/a"]["chat"]["history"]["messages"]["m"]["content"] = "bye";
  fails("the message m of the chat a is another one");
}

TEST_F(AskingUsers, MissesAMessage) {
  program_.opened["/api/v1/chats/a"]["chat"] = Json::object();
  fails("the message m of the chat a is missing");
}

TEST_F(AskingUsers, CannotOpenAChat) {
  program_.opened.erase("/api/v1/chats/a");
  fails("it lists the chat a, and does not open it");
}

TEST_F(AskingUsers, AProgramThatDoesNotLetItselfBeAskedIsNoFailure) {
  program_.status = 404;
  const auto asked = ask();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->users, 0);
  EXPECT_THAT(asked->not_asked, HasSubstr("404"));
  program_.status = 500;
  EXPECT_EQ(ask().error().id, "api-failed");
}

TEST(SampleOfUsers, AnAdministratorThenThoseWithTheMostChats) {
  auto database = Connection::memory();
  ASSERT_TRUE(database && database->execute(tables));
  const auto users = sample_of_users(*database);
  ASSERT_TRUE(users) << users.error().what;
  std::vector<std::string> ids;
  for (const auto& user : *users) ids.push_back(user.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"boss", "ann", "bob"})) << "not those who may not sign in";
  EXPECT_EQ((*users)[1].stamp, "stamp");
  EXPECT_EQ((*users)[0].stamp, std::nullopt);
  EXPECT_EQ(sample_of_users(*database, 1)->size(), 1U);
}

TEST(Trial, SecondFactorsAreTakenOutOfTheCopy) {
  const testing::TemporaryDirectory folder;
  const auto file = folder / "webui.db";
  {
    auto database = Connection::open(file, database::OpenMode::create);
    ASSERT_TRUE(database && database->execute(tables));
  }
  ASSERT_TRUE(prepare_for_trial(file));
  auto database = Connection::open(file, database::OpenMode::read_only);
  EXPECT_EQ(*database->query_integer("SELECT count(*) FROM auth WHERE mfa IS NOT NULL"), 0);
  EXPECT_EQ(*database->query_text("SELECT value FROM config WHERE key = 'auth.mfa.enable'"), "false");
  EXPECT_EQ(*database->query_text("SELECT value FROM config WHERE key = 'ui.x'"), "true");
}

TEST(Trial, MemoryThatTheOldProgramGivesBackCounts) {
  EXPECT_TRUE(has_memory(100, 60, 40));
  EXPECT_FALSE(has_memory(100, 60, 39));
  EXPECT_TRUE(has_memory(100, std::nullopt, 0)) << "nobody knows";
  EXPECT_EQ(available_memory_in("MemTotal: 10 kB\nMemAvailable:    2048 kB\n"), 2048 * 1024);
  EXPECT_EQ(available_memory_in("MemTotal: 10 kB\n"), std::nullopt);
}

}  // namespace
}  // namespace liftlock::change
