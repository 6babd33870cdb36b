#include "deployment/docker/podman.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

/// Parts of what Podman 4.3 says.
Json container() {
  return Json::parse(R"({
    "Config": {"Hostname": "0123456789ab", "StopSignal": "15",
               "Env": ["container=podman", "A=1", "TERM=xterm", "HOSTNAME=0123456789ab",
                       "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
    "HostConfig": {"Runtime": "oci", "NetworkMode": "bridge", "MemorySwappiness": -1,
                   "PortBindings": {"80/tcp": null, "81/tcp": [{"HostPort": "3000"}]},
                   "Devices": [{"PathOnHost": "/dev/null", "CgroupPermissions": ""}],
                   "Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}],
                   "Binds": ["vol:/d:rw,rprivate,nosuid", "/t:/t:ro"]},
    "NetworkSettings": {"Networks": {"web": {}, "back": {}}}})");
}

TEST(Podman, SpeaksDockersWords) {
  Json said = container();
  said["HostConfig"]["Binds"].push_back(std::string(64, 'a') + ":/nameless:rw,rbind");
  EXPECT_EQ(in_dockers_words(said), Json::parse(R"({
    "Config": {"Hostname": "0123456789ab", "StopSignal": "SIGTERM", "Env": ["A=1"]},
    "HostConfig": {"Runtime": "oci", "NetworkMode": "back",
                   "PortBindings": {"81/tcp": [{"HostPort": "3000"}]},
                   "Devices": [{"PathOnHost": "/dev/null", "CgroupPermissions": "rwm"}],
                   "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
                   "Binds": ["/t:/t:ro", "vol:/d:nosuid,rprivate,rw"]},
    "NetworkSettings": {"Networks": {"web": {}, "back": {}}}})"));
}

TEST(Podman, DockersOwnWordsStay) {
  Json said = container();
  said["HostConfig"]["Runtime"] = "runc";
  EXPECT_EQ(in_dockers_words(said), said);
  for (const char* odd :
       {"null", "[]", R"({"HostConfig": {"Runtime": "oci"}})",
        R"({"Config": 1, "HostConfig": {"Runtime": "oci", "Ulimits": [1], "Devices": [2], "Binds": [3, ""]}})"})
    std::ignore = in_dockers_words(Json::parse(odd));
}

TEST(Docker29, AVolumeIsNamedByWhereItLies) {
  const std::string id(64, 'a');
  const auto named = [](const char* kind, const std::string& source) {
    const Json said = {{"Mounts", Json::array({{{"Type", kind}, {"Source", source}, {"Destination", "/g"}}})}};
    return in_dockers_words(said)["Mounts"][0].value("Name", "");
  };
  EXPECT_EQ(named("volume", "/var/lib/docker/volumes/" + id + "/_data"), id);
  EXPECT_EQ(named("bind", "/var/lib/docker/volumes/" + id + "/_data"), "");
  EXPECT_EQ(named("volume", "/mnt/nfs/_data"), "");
  EXPECT_EQ(named("volume", ""), "");
}

TEST(Podman, AnImagesHealthCheckIsAskedForApart) {
  const char* podman = R"({"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]})";
  std::vector<http::Request> asked;
  const Endpoint local{.name = "unix:///s", .base_url = "http://localhost", .unix_socket = "/s", .tls = {}};
  auto engine = Engine::connect(
      local, std::make_unique<Answers>(std::vector<Answer>{{response(200, podman)},
                                                           {response(200, R"({"Config":{"User":"7"}})")},
                                                           {response(200, R"({"Healthcheck":{"Retries":3}})")},
                                                           {response(404, "{}")}},
                                       asked));
  ASSERT_TRUE(engine);
  const auto image = inspect_image(*engine, "a:b", "Inspecting");
  ASSERT_TRUE(image && *image);
  EXPECT_EQ((**image)["Config"], Json::parse(R"({"User": "7", "Healthcheck": {"Retries": 3}})"));
  EXPECT_EQ(asked[2].url, "http://localhost/v1.41/libpod/images/a%3Ab/json");
  EXPECT_EQ(*inspect_image(*engine, "c", ""), std::nullopt);

  Engine docker = fake_engine({{response(200, R"({"Config":{}})")}}, asked);
  EXPECT_EQ(**inspect_image(docker, "a", ""), Json::parse(R"({"Config":{}})"));
  EXPECT_EQ(asked.size(), 1U);
}

}  // namespace
}  // namespace liftlock::deployment::docker
