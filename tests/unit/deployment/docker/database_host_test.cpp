#include "deployment/docker/database_host.hpp"

#include <gtest/gtest.h>

namespace liftlock::deployment::docker {
namespace {

Json container(const std::string& name, const Json& networks, const Json& host_config = Json::object()) {
  return {
      {"Id", name}, {"Name", "/" + name}, {"HostConfig", host_config}, {"NetworkSettings", {{"Networks", networks}}}};
}

Json network(const std::string& address, std::vector<std::string> aliases = {}) {
  return {{"IPAddress", address}, {"Gateway", "172.18.0.1"}, {"Aliases", std::move(aliases)}};
}

const Json open_webui = container("open-webui", {{"stack", network("172.18.0.5")}});

TEST(FindHost, ANameOrAliasOnACommonNetworkIsThatContainersAddress) {
  const std::vector<Json> neighbours = {
      container("other-db", {{"elsewhere", network("172.19.0.2", {"postgres"})}}),
      container("stack-db-1", {{"stack", network("172.18.0.2", {"postgres", "db"})}})};
  for (const char* name : {"postgres", "db", "stack-db-1"}) {
    const HostPlace place = find_host(open_webui, neighbours, name);
    EXPECT_EQ(place.address, "172.18.0.2") << name;
    EXPECT_EQ(place.through, "the container stack-db-1 (172.18.0.2)");
  }
  EXPECT_EQ(find_host(open_webui, neighbours, "other-db").address, "") << "not on its network";
  EXPECT_EQ(find_host(open_webui, neighbours, "db.example.org").address, "") << "means the same here";
}

TEST(FindHost, NewerEnginesCallThemDnsNames) {
  Json there = network("172.18.0.2");
  there["DNSNames"] = Json::array({"database"});
  EXPECT_EQ(find_host(open_webui, {container("x", {{"stack", there}})}, "database").address, "172.18.0.2");
}

TEST(FindHost, LocalhostIsTheContainerItselfUnlessItHasTheMachinesNetwork) {
  EXPECT_EQ(find_host(open_webui, {}, "localhost").address, "172.18.0.5");
  EXPECT_EQ(find_host(open_webui, {}, "127.0.0.1").address, "172.18.0.5");
  EXPECT_EQ(find_host(open_webui, {}, "/var/run/postgresql").address, "");
  const Json on_machine = container("open-webui", {{"host", network("")}}, {{"NetworkMode", "host"}});
  EXPECT_EQ(find_host(on_machine, {}, "localhost").address, "");
  EXPECT_EQ(find_host(on_machine, {open_webui}, "open-webui").address, "");
}

TEST(FindHost, AddedHostsAndLinksCount) {
  const Json added = container("open-webui", {{"bridge", network("172.17.0.5")}},
                               {{"ExtraHosts", {"host.docker.internal:host-gateway", "db:10.0.0.7"}},
                                {"Links", Json::array({"/pg:/open-webui/postgres"})}});
  EXPECT_EQ(find_host(added, {}, "host.docker.internal").address, "172.18.0.1");
  EXPECT_EQ(find_host(added, {}, "db").address, "10.0.0.7");
  const std::vector<Json> neighbours = {container("postgres", {{"bridge", network("172.17.0.9")}}),
                                        container("pg", {{"bridge", network("172.17.0.3")}})};
  EXPECT_EQ(find_host(added, neighbours, "postgres").address, "172.17.0.3") << "names alone mean nothing on the bridge";
}

}  // namespace
}  // namespace liftlock::deployment::docker
