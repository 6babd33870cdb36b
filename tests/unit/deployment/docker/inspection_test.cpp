#include "deployment/docker/inspection.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::ElementsAre;

struct Asked {
  Json said;
  std::vector<std::string> urls;
};

/// What comes of an engine of these versions that gives these answers.
Asked whole(const std::string& oldest, const std::string& newest, const std::vector<std::string>& bodies,
            const std::string& product = "Docker Engine") {
  std::vector<http::Request> asked;
  const Json version = {{"Version", "x"},
                        {"ApiVersion", newest},
                        {"MinAPIVersion", oldest},
                        {"Components", Json::array({{{"Name", product}}})}};
  std::vector<Answer> answers = {{response(200, version.dump())}};
  for (const std::string& body : bodies) answers.push_back({response(200, body)});
  const Endpoint local{.name = "unix:///s", .base_url = "http://localhost", .unix_socket = "/s", .tls = {}};
  auto engine = Engine::connect(local, std::make_unique<Answers>(std::move(answers), asked));
  asked.clear();
  const Json agreed = Json::parse(R"({"Id": "i", "Name": "/n", "Config": {"User": "7"}, "HostConfig": {"Memory": 1}})");
  Asked found{.said = inspect_wholly(*engine, read_container(agreed)).value(), .urls = {}};
  EXPECT_EQ(engine->api_version(), std::min(newest, std::string("1.56")));  // for whatever is asked next
  for (const http::Request& request : asked) found.urls.push_back(request.url);
  return found;
}

// What Docker 29.8 (1.56) tells to who asks in 1.51, shortened.
constexpr const char* in_1_51 = R"({"Id": "i", "Config": {"User": "7", "MacAddress": "02:42:ac:11:00:77"}})";

TEST(Inspection, TheMacAddressIsAskedForWhereItIsStillTold) {
  const Asked found = whole("1.40", "1.56", {in_1_51});
  EXPECT_EQ(found.said["Config"], Json::parse(R"({"User": "7", "MacAddress": "02:42:ac:11:00:77"})"));
  EXPECT_EQ(found.said["HostConfig"], Json::parse(R"({"Memory": 1})"));
  EXPECT_THAT(found.urls, ElementsAre("http://localhost/v1.51/containers/i/json"));
  const Asked nobody_asked = whole("1.40", "1.56", {R"({"Id": "i", "Config": {"User": "7"}})"});
  EXPECT_FALSE(nobody_asked.said["Config"].contains("MacAddress"));
}

TEST(Inspection, AnEngineThatKnowsNoMoreIsNotAskedAgain) {
  EXPECT_THAT(whole("1.12", "1.41", {}).urls, ElementsAre());
  EXPECT_THAT(whole("1.24", "1.41", {}, "Podman Engine").urls, ElementsAre());
  EXPECT_THAT(whole("1.52", "1.56", {}).urls, ElementsAre());  // 1.51 is not to be had there
}

TEST(Inspection, OptionsOfTheFutureAreSeen) {
  const Asked found = whole(
      "1.44", "1.60", {in_1_51, R"({"Config": {"New": "", "User": "8"}, "HostConfig": {"Memory": 2, "Newer": 3}})"});
  EXPECT_EQ(found.said["Config"], Json::parse(R"({"User": "7", "MacAddress": "02:42:ac:11:00:77", "New": ""})"));
  EXPECT_EQ(found.said["HostConfig"], Json::parse(R"({"Memory": 1, "Newer": 3})"));
  EXPECT_THAT(found.urls,
              ElementsAre("http://localhost/v1.51/containers/i/json", "http://localhost/v1.60/containers/i/json"));
}

}  // namespace
}  // namespace liftlock::deployment::docker
