#include "deployment/docker/container.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace liftlock::deployment::docker {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;

TEST(OpenWebUi, IsKnownByTitleRepositoryOrMount) {
  EXPECT_TRUE(looks_like_open_webui(Json::parse(R"({"Labels":{"org.opencontainers.image.title":"open-webui"}})")));
  EXPECT_TRUE(looks_like_open_webui({{"Image", "ghcr.io/open-webui/open-webui:v0.12.4-cuda"}}));
  EXPECT_TRUE(looks_like_open_webui({{"Image", "registry:5000/mirror/open-webui@sha256:00"}}));
  EXPECT_TRUE(looks_like_open_webui({{"Image", "open-webui"}}));
  EXPECT_TRUE(looks_like_open_webui(Json::parse(R"({"Image":"x","Mounts":[{"Destination":"/app/backend/data"}]})")));
}

TEST(OpenWebUi, IsNotEverything) {
  EXPECT_FALSE(looks_like_open_webui({{"Image", "ghcr.io/open-webui/pipelines:main"}}));
  EXPECT_FALSE(looks_like_open_webui({{"Image", "my-open-webui-proxy"}}));
  EXPECT_FALSE(looks_like_open_webui(Json::parse(R"({"Image":null,"Labels":null,"Mounts":null})")));
  EXPECT_FALSE(looks_like_open_webui(Json::parse("[]")));
}

TEST(Updaters, AreKnownByRepositoryOrLabelAndCanBeKeptAway) {
  EXPECT_TRUE(is_updater({{"Image", "containrrr/watchtower"}}));
  EXPECT_TRUE(is_updater({{"Image", "ghcr.io/nicholas-fedor/watchtower:1.9"}}));
  EXPECT_TRUE(is_updater({{"Image", "pyouroboros/ouroboros"}}));
  EXPECT_TRUE(is_updater(Json::parse(R"({"Image":"x","Labels":{"com.centurylinklabs.watchtower":"true"}})")));
  EXPECT_FALSE(is_updater({{"Image", "my/watchtower-exporter"}}));
  EXPECT_FALSE(is_updater(Json::parse("[]")));
  EXPECT_TRUE(declines_updates(Json::parse(R"({"Labels":{"com.centurylinklabs.watchtower.enable":"false"}})")));
  EXPECT_TRUE(declines_updates(Json::parse(R"({"Labels":{"com.centurylinklabs.watchtower.monitor-only":"true"}})")));
  EXPECT_FALSE(declines_updates(Json::parse(R"({"Labels":{"com.centurylinklabs.watchtower.enable":"true"}})")));
  EXPECT_FALSE(declines_updates(Json::parse("null")));
}

TEST(ContainerName, IsNotThatOfALinkToIt) {
  EXPECT_EQ(name_of(Json::parse(R"({"Names":["/proxy/webui","/open-webui"]})")), "open-webui");
  EXPECT_EQ(name_of(Json::parse(R"({"Name":"/open-webui"})")), "open-webui");
  EXPECT_EQ(name_of(Json::parse(R"({"Names":null})")), "");
}

Json inspected() {
  return Json::parse(R"({
    "Id": "f00", "Name": "/chat", "Image": "sha256:abc", "RestartCount": 3,
    "HostConfig": {"RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}},
    "State": {"Status": "running", "StartedAt": "2026-11-21T21:18:55.928452679Z", "Health": {"Status": "healthy"}},
    "Config": {"Image": "ghcr.io/open-webui/open-webui:main", "WorkingDir": "/app/backend",
               "Env": ["PORT=8080", "DATA_DIR=/data", "WEBUI_SECRET_KEY=hunter2"],
               "Labels": {"org.opencontainers.image.version": "main"}},
    "NetworkSettings": {"Ports": {"8080/tcp": [{"HostIp": "", "HostPort": "3000"}, {"HostIp": "::", "HostPort": "3000"}],
                                  "9090/tcp": null}},
    "Mounts": [{"Type": "volume", "Name": "chat", "Source": "/v/chat/_data", "Destination": "/data"},
               {"Type": "bind", "Source": "/srv/uploads", "Destination": "/data/uploads"}]})");
}

TEST(Inspection, IsUnderstood) {
  const auto instance = read_instance(inspected(), Json::parse(R"({"RepoDigests":["x@sha256:1"]})"));
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->address, "docker:chat");
  EXPECT_EQ(instance->image_digests, std::vector<std::string>{"x@sha256:1"});
  EXPECT_EQ(instance->labelled_version, "main");
  EXPECT_EQ(instance->health, "healthy");
  EXPECT_EQ(instance->started, "2026-11-21T21:18:55Z");
  EXPECT_EQ(instance->restarts, 3);
  EXPECT_EQ(instance->restart_policy, "unless-stopped");
  EXPECT_THAT(instance->ports, ElementsAre("0.0.0.0:3000 -> 8080/tcp", "[::]:3000 -> 8080/tcp"));
  EXPECT_EQ(instance->settings.database_file, "/data/webui.db");
  EXPECT_EQ(instance->settings.secret_variable, "WEBUI_SECRET_KEY");
}

TEST(Inspection, PathsAreFoundOnTheDeepestMount) {
  const auto instance = read_instance(inspected(), {});
  ASSERT_TRUE(instance);
  EXPECT_EQ(outside_path(*instance, "/data"), "/v/chat/_data");
  EXPECT_EQ(outside_path(*instance, "/data/webui.db"), "/v/chat/_data/webui.db");
  EXPECT_EQ(outside_path(*instance, "/data/uploads/a"), "/srv/uploads/a");
  EXPECT_EQ(outside_path(*instance, "/data2/a"), std::nullopt);
  EXPECT_EQ(mount_of(*instance, "/app/backend/.webui_secret_key"), nullptr);
}

TEST(Inspection, OfSomethingElseIsAnError) {
  EXPECT_EQ(read_instance(Json::parse("[]"), {}).error().id, "engine-answer");
  EXPECT_EQ(read_instance(Json::parse(R"({"Name":"/x"})"), {}).error().id, "engine-answer");
}

/// Whatever is taken away from an answer, or is of another type, it is read or refused without harm.
RC_GTEST_PROP(Inspection, StandsWhatIsMissing, ()) {
  const std::vector<Json> others = {Json(), Json(7), Json("x"), Json::array({1}), Json::object({{"a", nullptr}})};
  Json answer = inspected();
  for (int holes = *rc::gen::inRange(1, 6); holes > 0; --holes) {
    std::vector<Json::json_pointer> places;
    const Json flat = answer.flatten();
    for (const auto& [place, value] : flat.items()) places.emplace_back(place);
    // By number: rapidcheck would print a Json as a container of itself, without end.
    Json::json_pointer place = places[*rc::gen::inRange<std::size_t>(0, places.size())];
    if (*rc::gen::arbitrary<bool>() && !place.parent_pointer().empty()) place = place.parent_pointer();
    answer.at(place) = others[*rc::gen::inRange<std::size_t>(0, others.size())];
  }
  const auto instance = read_instance(answer, answer);
  const bool read_or_refused = instance || instance.error().id == "engine-answer";  // RC_ASSERT's own || is eager
  RC_ASSERT(read_or_refused);
  std::ignore = looks_like_open_webui(answer);
}

TEST(LocalImages, AreReadWithTheNamesThatTheyHave) {
  const auto image = read_local_image(Json::parse(
      R"({"Id":"sha256:1","Created":1763633000,"RepoTags":["<none>:<none>","a:b"],"RepoDigests":["<none>@<none>","a@sha256:2"],
          "Labels":{"org.opencontainers.image.version":"v0.12.4"}})"));
  EXPECT_EQ(image.id, "sha256:1");
  EXPECT_THAT(image.tags, ElementsAre("a:b"));
  EXPECT_THAT(image.digests, ElementsAre("a@sha256:2"));
  EXPECT_EQ(image.labelled_version, "v0.12.4");
  EXPECT_EQ(image.created, "2025-11-20T10:03:20Z");
  EXPECT_TRUE(read_local_image(Json::parse(R"({"Id":"x","RepoTags":null,"Labels":null})")).tags.empty());
}

TEST(PathStat, OfAFileAFolderAndALink) {
  // {"name":"webui.db","size":5,"mode":420,"mtime":"2026-11-21T21:18:55.5Z","linkTarget":""}
  const auto file = read_path_stat(
      "eyJuYW1lIjoid2VidWkuZGIiLCJzaXplIjo1LCJtb2RlIjo0MjAsIm10aW1lIjoiMjAyNi0xMS0yMVQyMToxODo1NS41WiIsImxpbmtUYXJnZX"
      "QiOiIifQ==");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size, 5);
  EXPECT_EQ(file->modified_nanoseconds, 1795295935'500000000);
  EXPECT_TRUE(file->regular);
  // {"name":"data","size":4096,"mode":2147484141,"mtime":"2026-11-21T22:18:55+01:00"}
  const auto folder = read_path_stat(
      "eyJuYW1lIjoiZGF0YSIsInNpemUiOjQwOTYsIm1vZGUiOjIxNDc0ODQxNDEsIm10aW1lIjoiMjAyNi0xMS0yMVQyMjoxODo1NSswMTowMCJ9");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->modified_nanoseconds, 1795295935'000000000);
  EXPECT_FALSE(folder->regular);
}

TEST(PathStat, ThatIsNone) {
  for (const char* header : {"", "!", "e30=", "bm9uZQ=="})
    EXPECT_EQ(read_path_stat(header).error().id, "engine-answer");
}

}  // namespace
}  // namespace liftlock::deployment::docker
