#include "deployment/docker/watch.hpp"

#include <gtest/gtest.h>

namespace liftlock::deployment::docker {
namespace {

Json running() {
  return Json::parse(R"({
    "Id": "abc", "Name": "/web", "State": {"Running": true, "Status": "running", "StartedAt": "2026-11-22T01:00:00Z"},
    "Config": {"Env": ["PORT=9000", "X=1"]},
    "HostConfig": {"NetworkMode": "net", "PortBindings": {"9000/tcp": [{"HostPort": "3000"}]}},
    "NetworkSettings": {
      "Ports": {"9000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "3000"}, {"HostIp": "::", "HostPort": "3000"},
                             {"HostIp": "10.0.0.7", "HostPort": "80"}],
                "8080/tcp": [{"HostIp": "0.0.0.0", "HostPort": "4000"}]},
      "Networks": {"net": {"IPAddress": "172.18.0.2"}, "other": {"IPAddress": ""}}}})");
}

using Addresses = std::vector<std::string>;

TEST(DockerWatch, AsksThePublishedPortFirst) {
  EXPECT_EQ(addresses_of(running(), true, ""),
            (Addresses{"http://127.0.0.1:3000", "http://10.0.0.7:80", "http://172.18.0.2:9000"}));
}

TEST(DockerWatch, AnEngineElsewhereIsAskedThere) {
  EXPECT_EQ(addresses_of(running(), false, "engine.example"),
            (Addresses{"http://engine.example:3000", "http://10.0.0.7:80"}));
}

TEST(DockerWatch, TheNetworkOfTheMachine) {
  Json container = running();
  container["HostConfig"]["NetworkMode"] = "host";
  container["NetworkSettings"] = Json::object();
  EXPECT_EQ(addresses_of(container, true, ""), Addresses{"http://127.0.0.1:9000"});
}

TEST(DockerWatch, NobodyToAsk) {
  EXPECT_TRUE(addresses_of(Json::object(), true, "").empty());
  Json container = running();
  EXPECT_TRUE(can_be_asked(read_container(container), true));
  EXPECT_TRUE(can_be_asked(read_container(container), false));
  container["HostConfig"]["PortBindings"] = Json::object();
  EXPECT_TRUE(can_be_asked(read_container(container), true));
  EXPECT_FALSE(can_be_asked(read_container(container), false));
  container["HostConfig"]["NetworkMode"] = "none";
  EXPECT_FALSE(can_be_asked(read_container(container), true));
  container["Config"]["Healthcheck"]["Test"] = {"NONE"};
  EXPECT_FALSE(can_be_asked(read_container(container), true));
  container["Config"]["Healthcheck"]["Test"] = {"CMD", "curl"};
  EXPECT_TRUE(can_be_asked(read_container(container), true));
}

TEST(DockerWatch, BeingAskedHowItIsIsNoProgress) {
  EXPECT_TRUE(notes_a_question(R"(INFO:     172.18.0.1:38712 - "GET /health HTTP/1.1" 200 OK)"));
  EXPECT_TRUE(notes_a_question(R"(2026-11-22 | INFO | 10.0.0.1:5 - "GET /api/version HTTP/1.1" 500)"));
  EXPECT_FALSE(notes_a_question("INFO  [alembic.runtime.migration] Running upgrade a -> b, health of /health"));
  EXPECT_FALSE(notes_a_question(R"(INFO:     172.18.0.1:38712 - "GET /api/v1/chats/ HTTP/1.1" 200 OK)"));
}

TEST(DockerOrders, ReadsWhatAChangeNeeds) {
  Json inspected = running();
  Container container = read_container(inspected);
  EXPECT_EQ(container.name, "web");
  EXPECT_TRUE(container.running);
  EXPECT_TRUE(container.ever_started);
  EXPECT_EQ(container.policy.name, "no");
  EXPECT_EQ(container.stop_seconds, 10);
  inspected["State"]["StartedAt"] = "0001-01-01T00:00:00Z";
  inspected["HostConfig"]["RestartPolicy"] = {{"Name", "on-failure"}, {"MaximumRetryCount", 3}};
  inspected["Config"]["StopTimeout"] = 90;
  container = read_container(inspected);
  EXPECT_FALSE(container.ever_started);
  EXPECT_EQ(container.policy.name, "on-failure");
  EXPECT_EQ(container.policy.most, 3);
  EXPECT_EQ(container.stop_seconds, 90);
  EXPECT_EQ(read_container(Json::parse(R"({"Id": 3, "State": [], "HostConfig": null})")).id, "");
}

}  // namespace
}  // namespace liftlock::deployment::docker
