#include "deployment/docker/helper_creation.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/tar_file.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::Contains;
using testing::ElementsAre;

Instance with_mounts(std::vector<Mount> mounts) {
  Instance instance;
  instance.settings.data_directory = "/app/backend/data";
  instance.settings.database_file = "/app/backend/data/webui.db";
  instance.settings.secret_file = "/app/backend/.webui_secret_key";
  instance.mounts = std::move(mounts);
  return instance;
}

const Mount data{"volume", "owui", "/var/lib/docker/volumes/owui/_data", "/app/backend/data"};
const Mount key{"bind", "", "/srv/key", "/app/backend/.webui_secret_key"};
const Mount other{"bind", "", "/srv/other", "/other"};

HelperPlan plan() {
  return {.name = "owui.liftlock-1-helper",
          .mark = "owui",
          .image = "sha256:1",
          .words = {"status", "owui"},
          .environment = {"NO_COLOR=1"},
          .mounts = {data, key},
          .state = "/var/lib/docker/volumes/liftlock/_data",
          .socket = "/var/run/docker.sock",
          .listens = false};
}

TEST(HelperCreation, OnlyMountsOfTheDataAreShownEachOnce) {
  const auto chosen = mounts_of_data(with_mounts({data, key, other}));
  ASSERT_EQ(chosen.size(), 2U);
  EXPECT_EQ(chosen[0].source, data.source);
  EXPECT_EQ(chosen[1].source, key.source);
  EXPECT_EQ(mounts_of_data(with_mounts({data, other})).size(), 1U);
}

TEST(HelperCreation, PathsAreThoseOfTheEnginesMachine) {
  const Order order = helper_creation(plan());
  EXPECT_EQ(order.path, "/containers/create?name=owui.liftlock-1-helper");
  const auto& mounts = order.body["HostConfig"]["Mounts"];
  EXPECT_THAT(mounts, Contains(json::Json{{"Type", "volume"}, {"Source", "owui"}, {"Target", data.source.string()}}));
  EXPECT_THAT(mounts, Contains(json::Json{{"Type", "bind"}, {"Source", "/srv/key"}, {"Target", "/srv/key"}}));
  EXPECT_THAT(mounts,
              Contains(json::Json{
                  {"Type", "volume"}, {"Source", "liftlock"}, {"Target", "/var/lib/docker/volumes/liftlock/_data"}}));
  EXPECT_THAT(mounts, Contains(json::Json{
                          {"Type", "bind"}, {"Source", "/var/run/docker.sock"}, {"Target", "/run/docker.sock"}}));
  const auto environment = json::texts_at(order.body, {"Env"});
  EXPECT_THAT(environment, Contains("DOCKER_HOST=unix:///run/docker.sock"));
  EXPECT_THAT(environment, Contains("LIFTLOCK_HOME=/var/lib/docker/volumes/liftlock/_data"));
  EXPECT_THAT(environment, Contains("NO_COLOR=1"));
}

TEST(HelperCreation, ItTakesNothingOfItsImageAndGoesByItself) {
  const auto body = helper_creation(plan()).body;
  EXPECT_EQ(body["User"], "0:0");
  EXPECT_EQ(body["Healthcheck"]["Test"], json::Json({"NONE"}));
  EXPECT_THAT(json::texts_at(body, {"Entrypoint"}), ElementsAre("/.liftlock/program/liftlock"));
  EXPECT_EQ(body["HostConfig"]["AutoRemove"], true);
  EXPECT_EQ(body["HostConfig"]["RestartPolicy"]["Name"], "no");
  EXPECT_EQ(body["OpenStdin"], false);
}

TEST(HelperCreation, WithoutAStateVolumeNoneIsMade) {
  HelperPlan looking = plan();
  looking.state.clear();
  const json::Json body = helper_creation(looking).body;
  EXPECT_FALSE(body["HostConfig"]["Mounts"].empty());
  for (const auto& mount : body["HostConfig"]["Mounts"]) EXPECT_NE(mount["Source"], "liftlock");
}

TEST(HelperCreation, TheSocketsPathIsTheSameWhateverTheImageHas) {
  EXPECT_EQ(socket_inside("/var/run/docker.sock"), "/run/docker.sock");
  EXPECT_EQ(socket_inside("/run/user/1000/docker.sock"), "/run/user/1000/docker.sock");
}

TEST(TarFile, WhatIsMadeCanBeRead) {
  const auto tar =
      make_tar({{"a/"}, {"a/b", std::string("\0x", 2), 0600}, {"a/c", {}, 0777, "/elsewhere"}, {"d", "e"}});
  ASSERT_TRUE(tar);
  const auto files = files_of_tar(*tar);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].name, "a/b");
  EXPECT_EQ((*files)[0].content, std::string("\0x", 2));
  EXPECT_EQ((*files)[1].content, "e");
}

}  // namespace
}  // namespace liftlock::deployment::docker
