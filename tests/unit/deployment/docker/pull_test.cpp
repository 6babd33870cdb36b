#include "deployment/docker/pull.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Noted final : public Progress {
 public:
  std::vector<std::string> said;
  bool stop = false;
  void begin(std::string_view stage, std::int64_t total, Unit) override {
    said.push_back(fmt::format("{} of {}", stage, total));
  }
  void advance(std::int64_t done) override {
    if (said.back() != std::to_string(done)) said.push_back(std::to_string(done));
  }
  void end() override { said.emplace_back("end"); }
  [[nodiscard]] bool cancelled() const override { return stop; }
};

std::string line(const char* id, const char* status, int current = 0, int total = 0) {
  Json json{{"id", id}, {"status", status}, {"progressDetail", Json::object()}};
  if (total != 0) json["progressDetail"] = {{"current", current}, {"total", total}};
  return json.dump() + "\r\n";
}

const PullRequest wanted{.repository = "r.example/open-webui", .reference = "v1", .bytes = 300};

TEST(Pull, AddsUpTheLayers) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine(
      {{response(200),
        {line("v1", "Pulling from open-webui"), line("a", "Pulling fs layer"), line("b", "Pulling fs layer"),
         line("c", "Already exists"), line("a", "Downloading", 50, 100), line("b", "Downloading", 20, 200),
         line("a", "Download complete"), line("a", "Extracting", 60, 100), line("b", "Downloading", 190, 200),
         line("b", "Verifying Checksum"), line("a", "Pull complete"), line("b", "Extracting", 150, 200),
         line("b", "Pull complete"), R"({"status":"Digest: sha256:1"})"}},
       {response(200, R"({"Id":"sha256:2"})")}},
      asked);
  Noted progress;
  PullRequest request = wanted;
  request.registry_auth = "e30=";
  const auto image = pull(engine, request, progress);
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_EQ(image->at("Id"), "sha256:2");
  EXPECT_THAT(progress.said,
              ElementsAre("Pulling r.example/open-webui:v1 of 300", "0", "50", "70", "120", "290", "300", "end",
                          "Unpacking r.example/open-webui:v1 of 300", "60", "100", "250", "300", "end"));
  EXPECT_EQ(asked[0].url, "http://localhost/v1.41/images/create?fromImage=r.example%2Fopen-webui&tag=v1");
  EXPECT_THAT(asked[0].headers, ElementsAre("X-Registry-Auth: e30="));
  EXPECT_EQ(asked[1].url, "http://localhost/v1.41/images/r.example%2Fopen-webui%3Av1/json");
}

TEST(Pull, AnImageThatIsHereHasNothingToUnpack) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{response(200), {line("a", "Already exists")}}, {response(200, "{}")}}, asked);
  Noted progress;
  ASSERT_TRUE(pull(engine, {.repository = "r", .reference = "sha256:1", .platform = "linux/arm64"}, progress));
  EXPECT_THAT(progress.said, ElementsAre("Pulling r@sha256:1 of 0", "0", "end"));
  EXPECT_THAT(asked[0].url, HasSubstr("fromImage=r&tag=sha256%3A1&platform=linux%2Farm64"));
}

TEST(Pull, SaysWhyItFailed) {
  const auto failing = [](Answer answer) {
    std::vector<http::Request> asked;
    Engine engine = fake_engine({std::move(answer), {response(404, "{}")}}, asked);
    NoProgress progress;
    return pull(engine, wanted, progress).error();
  };
  const auto said = [](int status, const char* words) {
    return Answer{response(status, Json{{"message", words}}.dump())};
  };
  // Docker's and Podman's words, from an engine that answers with a status, and in the middle of an answer.
  for (const char* words :
       {"manifest for r.example/open-webui:v1 not found: manifest unknown: manifest unknown",
        "pull access denied for r, repository does not exist or may require 'docker login': denied",
        "reading manifest v1 in r.example/open-webui: name unknown: repository name not known to registry",
        "failed to resolve reference \"r.example/open-webui:v9\": r.example/open-webui:v9: not found"}) {
    for (const Error& error : {failing(said(404, words)), failing(said(500, words)),
                               failing({response(200), {Json{{"error", words}}.dump()}})}) {
      EXPECT_EQ(error.id, "image-unknown");
      EXPECT_EQ(error.kind, ErrorKind::usage);
      EXPECT_EQ(error.what, words);
      EXPECT_EQ(error.doing, "Pulling r.example/open-webui:v1 (container engine at unix:///s)");
      EXPECT_EQ(error.state, "Nothing was changed.");
    }
  }
  const Error denied = failing(said(500, "Head \"https://r.example/v2/\": unauthorized: authentication required"));
  EXPECT_EQ(denied.id, "pull-denied");
  for (const Error& error :
       {failing({response(200), {line("a", "Downloading", 1, 9), "{\"error\":\"unexpected EOF\"}"}}),
        failing({response(200), {line("a", "Downloading", 1, 9)}, true}),
        failing({response(200), {line("a", "Downloading", 1, 9)}}),
        failing(said(500, "dial tcp 127.0.0.1:5000: connect: connection refused")),
        failing({failure("http-unreachable", {}, "gone")})}) {
    EXPECT_EQ(error.id, "pull-failed") << error.what;
    EXPECT_EQ(error.kind, ErrorKind::failed);
    EXPECT_NE(error.what, "");
  }
}

TEST(Pull, CanBeStopped) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{response(200), {line("a", "Downloading", 1, 9)}}}, asked);
  Noted progress;
  progress.stop = true;
  const Error error = pull(engine, wanted, progress).error();
  EXPECT_EQ(error.id, "pull-cancelled");
  EXPECT_EQ(error.kind, ErrorKind::cancelled);
  EXPECT_EQ(progress.said.back(), "end");
}

}  // namespace
}  // namespace liftlock::deployment::docker
