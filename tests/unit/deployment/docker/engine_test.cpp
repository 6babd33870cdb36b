#include "deployment/docker/engine.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

namespace liftlock::deployment::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Gives the prepared answers, one after the other, and notes what was asked.
class Answers final : public http::Transport {
 public:
  Answers(std::vector<Result<http::Response>> answers, std::vector<std::string>& asked)
      : answers_(std::move(answers)), asked_(asked) {}
  Result<http::Response> send(const http::Request& request) override {
    asked_.push_back(request.method + " " + request.url);
    return std::move(answers_.at(next_++));
  }

 private:
  std::vector<Result<http::Response>> answers_;
  std::vector<std::string>& asked_;
  std::size_t next_ = 0;
};

http::Response answer(int status, std::string body) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

Result<http::Response> version(const char* highest = "1.41") {
  return answer(200, fmt::format(R"({{"Version":"20.10","ApiVersion":"{}","MinAPIVersion":"1.12"}})", highest));
}

const Endpoint local{.name = "unix:///s", .base_url = "http://localhost", .unix_socket = "/s", .tls = {}};

Result<Engine> engine(std::vector<Result<http::Response>> answers, std::vector<std::string>& asked) {
  return Engine::connect(local, std::make_unique<Answers>(std::move(answers), asked));
}

TEST(Engine, AsksInTheVersionThatWasAgreedOn) {
  std::vector<std::string> asked;
  auto connected = engine({version(), answer(200, "[]")}, asked);
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->api_version(), "1.41");
  EXPECT_EQ(connected->description(), "Docker Engine 20.10 at unix:///s");
  ASSERT_TRUE(connected->get("/containers/json", "Listing"));
  EXPECT_THAT(asked, ElementsAre("GET http://localhost/version", "GET http://localhost/v1.41/containers/json"));
}

TEST(Engine, PodmanIsCalledByItsName) {
  std::vector<std::string> asked;
  const auto connected = engine(
      {answer(200, R"({"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]})")}, asked);
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->description(), "Podman 4.3.1 at unix:///s");
}

TEST(Engine, WhatIsNoEngineIsNotTalkedTo) {
  std::vector<std::string> asked;
  for (const auto& [status, body] :
       {std::pair{200, "<html>"}, {200, "{}"}, {404, "{}"}, {200, R"({"ApiVersion":41})"}}) {
    const auto connected = engine({answer(status, body)}, asked);
    ASSERT_FALSE(connected) << body;
    EXPECT_EQ(connected.error().id, "engine-answer");
  }
}

TEST(Engine, ItsOwnWordsAreShown) {
  std::vector<std::string> asked;
  auto connected = engine({version(), answer(500, R"({"message":"driver failed: no space left on device"})"),
                           answer(503, "<html>"), answer(500, "")},
                          asked);
  ASSERT_TRUE(connected);
  const Error error = connected->get("/x", "Inspecting x").error();
  EXPECT_EQ(error.id, "engine-error");
  EXPECT_EQ(error.what, "driver failed: no space left on device");
  EXPECT_EQ(error.doing, "Inspecting x (container engine at unix:///s)");
  EXPECT_EQ(connected->get("/x", "").error().what, "<html>");
  EXPECT_EQ(connected->get("/x", "").error().what, "It answers with status 500.");
}

TEST(Engine, AbsenceIsNoError) {
  std::vector<std::string> asked;
  auto connected = engine({version(), answer(404, "{}"), answer(404, ""), answer(404, "")}, asked);
  ASSERT_TRUE(connected);
  EXPECT_EQ(*connected->get("/x", ""), std::nullopt);
  EXPECT_EQ(*connected->header("/x", "h", ""), std::nullopt);
  EXPECT_EQ(*connected->stream("/x", "", [](std::string_view) { return true; }), false);
}

TEST(Engine, TroubleOnTheWayIsNamedAndAnswered) {
  for (const auto& [from, to, advice] : {std::tuple{"http-unreachable", "engine-unreachable", "Start the engine"},
                                         {"http-denied", "engine-denied", "member of the group"},
                                         {"http-tls", "engine-tls", "DOCKER_CERT_PATH"},
                                         {"http-timeout", "engine-timeout", ""}}) {
    std::vector<std::string> asked;
    auto connected = engine({version(), failure(from, {}, "gone")}, asked);
    ASSERT_TRUE(connected);
    const Error error = connected->get("/x", "Inspecting x").error();
    EXPECT_EQ(error.id, to);
    EXPECT_EQ(error.what, "gone");
    EXPECT_EQ(error.state, "Nothing was changed.");
    EXPECT_THAT(error.next, HasSubstr(advice));
  }
}

}  // namespace
}  // namespace liftlock::deployment::docker
