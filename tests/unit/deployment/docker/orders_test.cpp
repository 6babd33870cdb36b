#include <gmock/gmock.h>

#include <algorithm>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(EngineOrders, APostIsJsonBothWays) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{response(201, R"({"Id":"c0ffee"})")}, {response(204)}, {response(304)}}, asked);
  const auto made = engine.post("/containers/create?name=x", "Making x", {{"Image", "i"}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->at("Id"), "c0ffee");
  EXPECT_EQ(asked[0].method + " " + asked[0].url, "POST http://localhost/v1.41/containers/create?name=x");
  EXPECT_EQ(asked[0].body, R"({"Image":"i"})");
  EXPECT_THAT(asked[0].headers, ElementsAre("Content-Type: application/json"));
  EXPECT_EQ(*engine.post("/containers/x/start", "Starting x"), nullptr);
  EXPECT_EQ(*engine.post("/containers/x/start", "Starting x"), nullptr) << "it runs already";
  EXPECT_EQ(asked[2].body, "");
}

TEST(EngineOrders, WhatWentWrongCanBeToldApart) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{response(404, R"({"message":"No such image: i"})")},
                               {response(409, R"({"message":"The name is in use"})")},
                               {response(500, R"({"message":"no space left"})")},
                               {response(200, "<html>")}},
                              asked);
  for (const auto& [id, words] : {std::pair{"engine-missing", "No such image: i"},
                                  {"engine-conflict", "The name is in use"},
                                  {"engine-error", "no space left"},
                                  {"engine-answer", "The answer is not JSON."}}) {
    const auto done = engine.post("/containers/create", "Making x", {{"Image", "i"}});
    ASSERT_FALSE(done) << id;
    EXPECT_EQ(done.error().id, id);
    EXPECT_EQ(done.error().what, words);
    EXPECT_EQ(done.error().doing, "Making x (container engine at unix:///s)");
  }
}

TEST(EngineOrders, NothingIsClaimedOfAnOrderWhoseAnswerWasLost) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{failure("http-timeout", {}, "slow")}, {failure("http-timeout", {}, "slow")}}, asked);
  const auto posted = engine.post("/containers/x/stop", "Stopping x", nullptr, {.patience = std::chrono::seconds(7)});
  EXPECT_EQ(posted.error().id, "engine-timeout");
  EXPECT_EQ(posted.error().state, "");
  EXPECT_EQ(asked[0].patience.count(), 7);
  EXPECT_EQ(engine.remove("/containers/x", "Removing x").error().state, "");
}

TEST(EngineOrders, WhatIsGoneAlreadyNeedsNoRemoval) {
  std::vector<http::Request> asked;
  Engine engine =
      fake_engine({{response(204)}, {response(404, "{}")}, {response(409, R"({"message":"it runs"})")}}, asked);
  EXPECT_EQ(*engine.remove("/containers/x?v=1", "Removing x"), true);
  EXPECT_EQ(*engine.remove("/containers/x?v=1", "Removing x"), false);
  EXPECT_EQ(engine.remove("/containers/x?v=1", "Removing x").error().what, "it runs");
  EXPECT_EQ(asked[0].method, "DELETE");
}

TEST(EngineOrders, AnArchiveIsSentFromWhereItComesFrom) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{response(200)}, {failure("file-error", "Reading a", "It is gone.")}}, asked);
  const auto source = [](std::span<char>) -> Result<std::size_t> { return 0; };
  ASSERT_TRUE(engine.put_archive("/containers/x/archive?path=%2F", "Copying in", source));
  EXPECT_EQ(asked[0].method, "PUT");
  EXPECT_TRUE(asked[0].source);
  const Error error = engine.put_archive("/containers/x/archive?path=%2F", "Copying in", source).error();
  EXPECT_EQ(error.id + ": " + error.what, "file-error: It is gone.") << "not the engine's fault";
}

std::vector<std::string> statuses(Engine& engine, Result<void>& outcome) {
  std::vector<std::string> seen;
  outcome = engine.post_stream("/images/create", "Pulling", [&](const Json& line) { seen.push_back(line["status"]); });
  return seen;
}

TEST(EngineOrders, AnAnswerComesLineByLineWhereverItIsCut) {
  const std::string whole = "{\"status\":\"a\"}\r\n{\"status\":\"b\"}\n\n{\"status\":\"c\"}";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::vector<http::Request> asked;
    Engine engine = fake_engine({{response(200), {whole.substr(0, cut), whole.substr(cut)}}}, asked);
    Result<void> outcome;
    EXPECT_THAT(statuses(engine, outcome), ElementsAre("a", "b", "c")) << cut;
    EXPECT_TRUE(outcome);
  }
}

TEST(EngineOrders, AnErrorInTheMiddleOfAnAnswerIsOne) {
  std::vector<http::Request> asked;
  Engine engine =
      fake_engine({{response(200), {"{\"status\":\"a\"}\n{\"error\":\"no route\"}\n", "{\"status\":\"b\"}\n"}},
                   {response(200), {"{\"status\":\"a\"}\n<html>\n"}},
                   {response(200), {"{\"status\":\"a\"}\n"}, true},
                   {response(404, R"({"message":"gone"})")}},
                  asked);
  Result<void> outcome;
  EXPECT_THAT(statuses(engine, outcome), ElementsAre("a"));
  EXPECT_EQ(outcome.error().id + ": " + outcome.error().what, "engine-error: no route");
  EXPECT_THAT(statuses(engine, outcome), ElementsAre("a"));
  EXPECT_THAT(outcome.error().what, HasSubstr("<html>"));
  EXPECT_THAT(statuses(engine, outcome), ElementsAre("a"));
  EXPECT_EQ(outcome.error().id, "engine-failed");
  EXPECT_THAT(statuses(engine, outcome), ElementsAre());
  EXPECT_EQ(outcome.error().id, "engine-missing");
}

}  // namespace
}  // namespace liftlock::deployment::docker
