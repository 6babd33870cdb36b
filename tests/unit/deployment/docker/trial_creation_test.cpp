#include "deployment/docker/trial_creation.hpp"

#include <gmock/gmock.h>

namespace liftlock::deployment::docker {
namespace {

using json::Json;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

/// One that has all that a trial must not have.
Json deployed() {
  return Json::parse(R"({
    "Id": "c0ffee", "Name": "/open-webui", "Image": "sha256:old",
    "Config": {"Hostname": "c0ffee", "Env": ["MINE=kept", "REDIS_URL=redis://r", "DATABASE_URL=postgresql://u:p@db/x",
               "VECTOR_DB=qdrant", "WEBUI_SECRET_KEY=s3cret", "WEBUI_AUTH_TRUSTED_EMAIL_HEADER=X"],
               "Labels": {"traefik.enable": "true"}, "User": "1000:1000", "Image": "i:v1", "ExposedPorts": {"8080/tcp": {}}},
    "HostConfig": {"Binds": ["/srv/data:/app/backend/data", "/srv/theme:/app/theme", "/run/docker.sock:/d.sock", "fonts:/fonts"],
                   "PortBindings": {"8080/tcp": [{"HostPort": "3000"}]}, "NetworkMode": "host", "Privileged": true,
                   "RestartPolicy": {"Name": "always"}, "Memory": 1000000, "Devices": [{"PathOnHost": "/dev/x"}],
                   "DeviceRequests": [{"Count": -1}], "Runtime": "nvidia", "ExtraHosts": ["a:1.2.3.4"],
                   "LogConfig": {"Type": "gelf"}, "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD"]},
    "Mounts": [{"Type": "bind", "Source": "/srv/data", "Destination": "/app/backend/data", "RW": true},
               {"Type": "bind", "Source": "/srv/theme", "Destination": "/app/theme", "RW": true},
               {"Type": "volume", "Name": "fonts", "Source": "/v/fonts", "Destination": "/fonts", "RW": true},
               {"Type": "bind", "Source": "/run/docker.sock", "Destination": "/d.sock", "RW": true}],
    "NetworkSettings": {"Networks": {"host": {}}}})");
}

TrialPlan plan() {
  return {.name = "open-webui.liftlock-1-trial",
          .mark = "1",
          .image = "sha256:new",
          .secret = "made-up",
          .data_directory = "/app/backend/data",
          .binds = {{"/srv/data/x/trial", "/app/backend/data", false},
                    {"/srv/data/cache", "/app/backend/data/cache", true}}};
}

TEST(TrialCreation, NobodyElseSeesIt) {
  const Order order = trial_creation(deployed(), {}, {}, plan());
  EXPECT_EQ(order.path, "/containers/create?name=open-webui.liftlock-1-trial");
  const Json& host = order.body["HostConfig"];
  for (const char* member :
       {"PortBindings", "Privileged", "Devices", "DeviceRequests", "Runtime", "ExtraHosts", "CapAdd"})
    EXPECT_FALSE(host.contains(member)) << member;
  EXPECT_EQ(host["NetworkMode"], "open-webui.liftlock-1-trial");
  EXPECT_EQ(host["RestartPolicy"]["Name"], "no");
  EXPECT_EQ(host["LogConfig"]["Type"], "json-file");
  EXPECT_EQ(order.body["Labels"], (Json{{"liftlock.trial", "1"}}));
  EXPECT_FALSE(order.body.contains("ExposedPorts"));
}

TEST(TrialCreation, ItsLimitsAndRightsAreTheDeployments) {
  const Order order = trial_creation(deployed(), {}, {}, plan());
  EXPECT_EQ(order.body["Image"], "sha256:new");
  EXPECT_EQ(order.body["User"], "1000:1000");
  EXPECT_EQ(order.body["HostConfig"]["Memory"], 1000000);
  EXPECT_EQ(order.body["HostConfig"]["CapDrop"], Json::array({"MKNOD"}));
}

TEST(TrialCreation, ItWritesToTheCopyOnly) {
  const Json host = trial_creation(deployed(), {}, {}, plan()).body["HostConfig"];
  EXPECT_EQ(host["Binds"],
            Json::array({"/srv/data/x/trial:/app/backend/data:rw,z", "/srv/data/cache:/app/backend/data/cache:ro"}));
  ASSERT_EQ(host["Mounts"].size(), 2U) << host["Mounts"];
  EXPECT_EQ(host["Mounts"][0],
            (Json{{"Type", "bind"}, {"Source", "/srv/theme"}, {"Target", "/app/theme"}, {"ReadOnly", true}}));
  EXPECT_EQ(host["Mounts"][1],
            (Json{{"Type", "volume"}, {"Source", "fonts"}, {"Target", "/fonts"}, {"ReadOnly", true}}));
}

TEST(TrialCreation, ItsEnvironmentLeadsNowhere) {
  const Json image = {{"Config", {{"Env", {"PORT=8080", "OTEL_SERVICE_NAME=brought"}}}}};
  const auto env = trial_creation(deployed(), {}, image, plan()).body["Env"].get<std::vector<std::string>>();
  EXPECT_THAT(env, Contains("MINE=kept"));
  EXPECT_THAT(env, Contains("DATABASE_URL=sqlite:////app/backend/data/webui.db"));
  EXPECT_THAT(env, Contains("WEBUI_SECRET_KEY=made-up"));
  EXPECT_THAT(env, Contains("VECTOR_DB=chroma"));
  EXPECT_THAT(env, Contains("OFFLINE_MODE=true"));
  EXPECT_THAT(env, Contains("OTEL_SERVICE_NAME=")) << "what an image brings can only be emptied";
  for (const char* start : {"REDIS_URL", "WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "STORAGE_PROVIDER"})
    EXPECT_THAT(env, Not(Contains(StartsWith(start))));
  for (const std::string& line : env) EXPECT_EQ(line.find("u:p@db"), std::string::npos);
}

TEST(TrialCreation, ItsNetworkHasNoWayOut) {
  const Order order = trial_network(plan());
  EXPECT_EQ(order.body["Name"], plan().name);
  EXPECT_EQ(order.body["Internal"], true);
  EXPECT_EQ(order.body["Labels"], (Json{{"liftlock.trial", "1"}}));
}

}  // namespace
}  // namespace liftlock::deployment::docker
