#include "deployment/docker/engine.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::HasSubstr;

Result<http::Response> version() {
  return response(200, R"({"Version":"20.10","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
}

const Endpoint local{.name = "unix:///s", .base_url = "http://localhost", .unix_socket = "/s", .tls = {}};

Result<Engine> engine(const std::vector<Result<http::Response>>& answers, std::vector<http::Request>& asked) {
  std::vector<Answer> all;
  for (const auto& answer : answers) all.push_back({answer});
  return Engine::connect(local, std::make_unique<Answers>(std::move(all), asked));
}

TEST(Engine, AsksInTheVersionThatWasAgreedOn) {
  std::vector<http::Request> asked;
  auto connected = engine({version(), response(200, "[]")}, asked);
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->api_version(), "1.41");
  EXPECT_EQ(connected->description(), "Docker Engine 20.10 at unix:///s");
  ASSERT_TRUE(connected->get("/containers/json", "Listing"));
  EXPECT_EQ(asked[0].method + " " + asked[0].url, "GET http://localhost/version");
  EXPECT_EQ(asked[1].method + " " + asked[1].url, "GET http://localhost/v1.41/containers/json");
}

TEST(Engine, PodmanIsCalledByItsName) {
  std::vector<http::Request> asked;
  const auto connected = engine(
      {response(200, R"({"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]})")}, asked);
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->description(), "Podman 4.3.1 at unix:///s");
}

TEST(Engine, WhatIsNoEngineIsNotTalkedTo) {
  std::vector<http::Request> asked;
  for (const auto& [status, body] :
       {std::pair{200, "<html>"}, {200, "{}"}, {404, "{}"}, {200, R"({"ApiVersion":41})"}}) {
    const auto connected = engine({response(status, body)}, asked);
    ASSERT_FALSE(connected) << body;
    EXPECT_EQ(connected.error().id, "engine-answer");
  }
}

TEST(Engine, ItsOwnWordsAreShown) {
  std::vector<http::Request> asked;
  auto connected = engine({version(), response(500, R"({"message":"driver failed: no space left on device"})"),
                           response(503, "<html>"), response(500, "")},
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
  std::vector<http::Request> asked;
  auto connected = engine({version(), response(404, "{}"), response(404, ""), response(404, "")}, asked);
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
    std::vector<http::Request> asked;
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
