#include "deployment/docker/identity.hpp"

#include <gmock/gmock.h>

namespace liftlock::deployment::docker {
namespace {

using json::Json;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string id = "0123456789ab" + std::string(52, 'c');

Json image(const char* text) { return {{"Config", Json::parse(text)}}; }

/// A container of the image "old" below, as an engine says it.
Json container() {
  Json said = Json::parse(R"({
    "Name": "/open-webui", "Image": "sha256:1",
    "Config": {"Hostname": "0123456789ab", "Image": "open-webui:v1", "Env": ["KEY=mine", "SAME=same", "PORT=1"],
               "Cmd": ["serve"], "Entrypoint": null, "WorkingDir": "/app", "User": "",
               "Labels": {"version": "1", "mine": "x"}, "ExposedPorts": {"80/tcp": {}, "81/tcp": {}},
               "Volumes": {"/data": {}}, "StopSignal": "SIGTERM", "NeverHeardOf": {"a": [1]},
               "Healthcheck": {"Test": ["CMD", "ask"], "Interval": 5, "Retries": 3}},
    "HostConfig": {"NetworkMode": "web", "Binds": ["/etc/a:/a:ro"], "Memory": 7, "NeverHeardOf": {"b": null}},
    "Mounts": [{"Type": "bind", "Source": "/etc/a", "Destination": "/a", "RW": false},
               {"Type": "volume", "Name": "f00d", "Source": "/var/x", "Destination": "/data", "RW": true}],
    "NetworkSettings": {"Networks": {
      "web": {"Aliases": ["chat", "0123456789ab"], "IPAMConfig": {"IPv4Address": "10.0.0.5"}, "IPAddress": "10.0.0.5",
              "MacAddress": "02:42:0a:00:00:05", "NetworkID": "n1", "EndpointID": "e", "Gateway": "10.0.0.1"},
      "back": {"Aliases": ["0123456789ab"], "IPAMConfig": null, "IPAddress": "10.1.0.9", "NetworkID": "n2"}}}
  })");
  said["Id"] = id;
  return said;
}

const Json old_image = image(R"({"Env": ["SAME=same", "PORT=1"], "Cmd": ["serve"], "WorkingDir": "/app",
  "Labels": {"version": "1"}, "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}},
  "Healthcheck": {"Test": ["CMD", "ask"], "Interval": 1, "Retries": 3}})");
const Json new_image = image(R"({"Env": ["SAME=other", "PORT=2", "NEW=1"], "Cmd": ["start"], "WorkingDir": "/srv",
  "Labels": {"version": "2"}, "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}, "/more": {}},
  "Healthcheck": {"Test": ["CMD", "look"], "Interval": 2, "Retries": 4}, "User": "9"})");

Json body_of(const Json& old, const Json& of_image = old_image) {
  return creation_of(old, of_image, "open-webui:v2", "open-webui").create.body;
}

TEST(Identity, WhatTheImageBroughtIsLeftOut) {
  const Creation creation = creation_of(container(), old_image, "open-webui:v2", "open-webui");
  EXPECT_EQ(creation.create.path, "/containers/create?name=open-webui");
  Json body = creation.create.body;
  body.erase("HostConfig");
  body.erase("NetworkingConfig");
  EXPECT_EQ(body, Json::parse(R"({
    "Image": "open-webui:v2", "Env": ["KEY=mine"], "Labels": {"mine": "x"}, "ExposedPorts": {"81/tcp": {}},
    "Volumes": {}, "Healthcheck": {"Interval": 5}, "NeverHeardOf": {"a": [1]}})"))
      << body.dump(1);
}

TEST(Identity, WithoutTheOldImageAllIsTheContainers) {
  const Json body = body_of(container(), nullptr);
  EXPECT_EQ(body["Env"], container()["Config"]["Env"]);
  EXPECT_EQ(body["Cmd"], Json({"serve"}));
  EXPECT_EQ(body["Labels"], container()["Config"]["Labels"]);
}

TEST(Identity, EntryPointAndCommandGoTogether) {
  const char* of_image = R"({"Entrypoint": ["/run"], "Cmd": ["serve"]})";
  const auto carried = [&](const char* entry, const char* command) {
    Json old = container();
    old["Config"]["Entrypoint"] = Json::parse(entry);
    old["Config"]["Cmd"] = Json::parse(command);
    const Json body = body_of(old, image(of_image));
    return std::pair{body.value("Entrypoint", Json("image's")), body.value("Cmd", Json("image's"))};
  };
  EXPECT_EQ(carried(R"(["/run"])", R"(["serve"])"), (std::pair<Json, Json>("image's", "image's")));
  EXPECT_EQ(carried(R"(["/run"])", R"(["mine"])"), (std::pair<Json, Json>("image's", {"mine"})));
  EXPECT_EQ(carried(R"(["/mine"])", R"(["serve"])"), (std::pair<Json, Json>({"/mine"}, {"serve"})));
  EXPECT_EQ(carried(R"(["/mine"])", "null"), (std::pair<Json, Json>({"/mine"}, nullptr)));
  // Who names the entry point gets no command of the image's: it was named, though it is the image's.
  EXPECT_EQ(carried(R"(["/run"])", "null"), (std::pair<Json, Json>({"/run"}, nullptr)));
  EXPECT_EQ(carried("null", R"(["mine"])"), (std::pair<Json, Json>({""}, {"mine"}))) << "--entrypoint ''";
}

TEST(Identity, AHealthCheckIsComparedPartByPart) {
  Json old = container();
  old["Config"]["Healthcheck"] = old_image["Config"]["Healthcheck"];
  EXPECT_FALSE(body_of(old).contains("Healthcheck"));
  old["Config"]["Healthcheck"]["Test"] = {"NONE"};
  EXPECT_EQ(body_of(old)["Healthcheck"], Json({{"Test", {"NONE"}}}));
  old["Config"].erase("Healthcheck");
  EXPECT_EQ(body_of(old)["Healthcheck"], Json({{"Test", {"NONE"}}})) << "the image has one, the container none";
}

TEST(Identity, APublishedPortStaysExposed) {
  Json old = container();
  old["HostConfig"]["PortBindings"] = {{"80/tcp", {{{"HostPort", "3000"}}}}};
  EXPECT_EQ(body_of(old)["ExposedPorts"], Json({{"80/tcp", Json::object()}, {"81/tcp", Json::object()}}));
}

TEST(Identity, VolumesWithoutANameAreMountedByTheName) {
  Json old = container();
  EXPECT_EQ(body_of(old)["HostConfig"]["Binds"], Json({"/etc/a:/a:ro", "f00d:/data"}));
  EXPECT_EQ(body_of(old)["HostConfig"]["NeverHeardOf"], Json({{"b", nullptr}}));
  EXPECT_EQ(body_of(old)["HostConfig"]["Memory"], 7);

  old["Mounts"].push_back({{"Type", "volume"}, {"Name", "cafe"}, {"Destination", "/cache"}, {"RW", false}});
  old["HostConfig"]["Mounts"] = {{{"Type", "volume"}, {"Target", "/cache/"}, {"VolumeOptions", {{"NoCopy", true}}}}};
  EXPECT_EQ(
      body_of(old)["HostConfig"]["Mounts"],
      Json::parse(R"([{"Type": "volume", "Source": "cafe", "Target": "/cache/", "VolumeOptions": {"NoCopy": true}}])"));

  old = container();
  old["HostConfig"]["Binds"] = {"/data"};
  old["Mounts"][1]["RW"] = false;
  EXPECT_EQ(body_of(old)["HostConfig"]["Binds"], Json({"f00d:/data:ro"}));

  old = container();
  old["HostConfig"]["VolumesFrom"] = {"other"};
  old["Mounts"].push_back({{"Type", "volume"}, {"Name", "lent"}, {"Destination", "/lent"}, {"RW", true}});
  EXPECT_EQ(body_of(old)["HostConfig"]["Binds"], Json({"/etc/a:/a:ro", "f00d:/data"})) << "it is lent anew";
}

TEST(Identity, NetworksAreJoinedWithWhatWasAskedFor) {
  const Creation creation = creation_of(container(), old_image, "i", "chat");
  EXPECT_EQ(
      creation.create.body["NetworkingConfig"],
      Json::parse(R"({"EndpointsConfig": {"web": {"Aliases": ["chat"], "IPAMConfig": {"IPv4Address": "10.0.0.5"}}}})"));
  ASSERT_EQ(creation.networks.size(), 1U);
  EXPECT_EQ(creation.networks[0].path, "/networks/back/connect");
  EXPECT_EQ(creation.networks[0].body, Json({{"Container", "chat"}, {"EndpointConfig", Json::object()}}));
}

TEST(Identity, ANetworkThatWasLeftIsLeftAgain) {
  Json old = container();
  old["NetworkSettings"]["Networks"].erase("web");
  const Creation creation = creation_of(old, old_image, "i", "chat");
  EXPECT_FALSE(creation.create.body.contains("NetworkingConfig"));
  ASSERT_EQ(creation.networks.size(), 2U);
  EXPECT_EQ(creation.networks[1].path, "/networks/web/disconnect");
  EXPECT_EQ(creation.networks[1].body, Json({{"Container", "chat"}, {"Force", true}}));
}

TEST(Identity, ANetworkMayBeNamedByItsId) {
  Json old = container();
  old["HostConfig"]["NetworkMode"] = "n2";
  const Creation creation = creation_of(old, old_image, "i", "chat");
  EXPECT_FALSE(creation.create.body.contains("NetworkingConfig")) << "nothing was asked for there";
  ASSERT_EQ(creation.networks.size(), 1U);
  EXPECT_EQ(creation.networks[0].path, "/networks/web/connect");
}

TEST(Identity, TheMacAddressIsWhereTheEngineLooksForIt) {
  Json old = container();
  old["Config"]["MacAddress"] = "02:00:00:00:00:01";
  EXPECT_EQ(body_of(old)["MacAddress"], "02:00:00:00:00:01");
  EXPECT_FALSE(body_of(old)["NetworkingConfig"]["EndpointsConfig"]["web"].contains("MacAddress"));
  old["NetworkSettings"]["Networks"]["web"]["DNSNames"] = Json::array();
  EXPECT_FALSE(body_of(old).contains("MacAddress"));
  EXPECT_EQ(body_of(old)["NetworkingConfig"]["EndpointsConfig"]["web"]["MacAddress"], "02:00:00:00:00:01");
}

TEST(Identity, AnothersNetworkBringsItsHostName) {
  for (const char* mode : {"container:abc", "host", "none"}) {
    Json old = container();
    old["HostConfig"]["NetworkMode"] = mode;
    old["Config"]["Hostname"] = "given";
    const Creation creation = creation_of(old, old_image, "i", "chat");
    EXPECT_THAT(creation.networks, IsEmpty()) << mode;
    EXPECT_FALSE(creation.create.body.contains("NetworkingConfig"));
    EXPECT_EQ(creation.create.body.contains("Hostname"), !std::string_view(mode).starts_with("container:")) << mode;
  }
  Json old = container();
  old["Config"]["Hostname"] = "given";
  old["HostConfig"]["UTSMode"] = "host";
  EXPECT_FALSE(body_of(old).contains("Hostname")) << "an engine refuses the two together";
}

TEST(Identity, LinksAreAskedForAsTheyWere) {
  Json old = container();
  old["HostConfig"]["Links"] = {"/db:/open-webui/store", "/cache:/open-webui/cache"};
  EXPECT_EQ(body_of(old)["HostConfig"]["Links"], Json({"cache:cache", "db:store"}));
}

/// container() as an engine says it when it was made anew of new_image.
Json made() {
  Json said = container();
  said["Id"] = "ba9876543210" + std::string(52, 'd');
  said["Image"] = "sha256:2";
  Json& config = said["Config"];
  config["Image"] = "open-webui:v2";
  config["Hostname"] = "ba9876543210";
  config["Env"] = {"KEY=mine", "SAME=other", "PORT=2", "NEW=1"};
  config["Cmd"] = {"start"};
  config["WorkingDir"] = "/srv";
  config["User"] = "9";
  config["Labels"]["version"] = "2";
  config["Volumes"]["/more"] = Json::object();
  config["Healthcheck"] = {{"Test", {"CMD", "look"}}, {"Interval", 5}, {"Retries", 4}};
  said["HostConfig"]["Binds"].push_back("f00d:/data");
  said["HostConfig"]["CapAdd"] = nullptr;
  said["Mounts"].push_back({{"Type", "volume"}, {"Name", "new"}, {"Destination", "/more"}, {"RW", true}});
  Json& web = said["NetworkSettings"]["Networks"]["web"];
  web["Aliases"] = {"ba9876543210", "chat"};
  web["MacAddress"] = "";
  said["NetworkSettings"]["Networks"]["back"]["Aliases"] = {"ba9876543210"};
  return said;
}

std::vector<std::string> found(const Json& is) { return differences(container(), old_image, is, new_image); }

TEST(Differences, AContainerThatWasMadeAnewHasNone) { EXPECT_THAT(found(made()), IsEmpty()); }

TEST(Differences, EverythingElseIsOne) {
  const auto changed = [](const char* where, Json value) {
    Json is = made();
    is[Json::json_pointer(where)] = std::move(value);
    return found(is);
  };
  EXPECT_THAT(changed("/HostConfig/Memory", 8), ElementsAre("HostConfig.Memory"));
  EXPECT_THAT(changed("/HostConfig/NeverHeardOf", 8), ElementsAre("HostConfig.NeverHeardOf"));
  EXPECT_THAT(changed("/HostConfig/Ulimits", {{{"Name", "nofile"}}}), ElementsAre("HostConfig.Ulimits"));
  EXPECT_THAT(changed("/HostConfig/Binds", {"f00d:/data"}), ElementsAre("HostConfig.Binds"));
  EXPECT_THAT(changed("/Config/NeverHeardOf", nullptr), ElementsAre("Config.NeverHeardOf"));
  EXPECT_THAT(changed("/Config/Env/0", "KEY=other"), ElementsAre("Config.Env.KEY"));
  EXPECT_THAT(changed("/Config/Env/1", "SAME=same"), ElementsAre("Config.Env.SAME")) << "frozen";
  EXPECT_THAT(changed("/Config/Env/0", "KEY2=mine"), ElementsAre("Config.Env.KEY", "Config.Env.KEY2"));
  EXPECT_THAT(changed("/Config/Cmd", {"serve"}), ElementsAre("Config.Cmd")) << "frozen";
  EXPECT_THAT(changed("/Config/Labels/mine", "y"), ElementsAre("Config.Labels.mine"));
  EXPECT_THAT(changed("/Config/Hostname", "web"), ElementsAre("Config.Hostname"));
  EXPECT_THAT(changed("/Config/StopSignal", "SIGKILL"), ElementsAre("Config.StopSignal"));
  EXPECT_THAT(changed("/Config/Healthcheck/Interval", 2), ElementsAre("Config.Healthcheck.Interval"));
  EXPECT_THAT(changed("/Mounts/1/Name", "another"), ElementsAre("Mounts./data"));
  EXPECT_THAT(changed("/Mounts/0/RW", true), ElementsAre("Mounts./a"));
  EXPECT_THAT(changed("/Mounts/2/Destination", "/extra"), ElementsAre("Mounts./extra"));
  EXPECT_THAT(changed("/NetworkSettings/Networks/web/Aliases", nullptr), ElementsAre("Networks.web.Aliases"));
  EXPECT_THAT(changed("/NetworkSettings/Networks/web/IPAMConfig/IPv4Address", "10.0.0.6"),
              ElementsAre("Networks.web.IPAMConfig"));
  EXPECT_THAT(changed("/NetworkSettings/Networks/third", Json::object()), ElementsAre("Networks.third"));
  Json is = made();
  is["NetworkSettings"]["Networks"].erase("back");
  is["Mounts"].erase(1);
  EXPECT_THAT(found(is), ElementsAre("Mounts./data", "Networks.back"));
}

TEST(Differences, AnEngineMayBeNewerThanTheOldContainer) {
  Json old = container();
  Json is = made();
  old["HostConfig"].update(Json::parse(R"({"NetworkMode": "default", "IpcMode": "", "MaskedPaths": null, "ShmSize": 0,
    "KernelMemory": 0, "OomKillDisable": false, "Init": null})"));
  is["HostConfig"].update(Json::parse(R"({"NetworkMode": "bridge", "IpcMode": "private", "MaskedPaths": ["/proc/kcore"],
    "ShmSize": 67108864, "OomKillDisable": null, "CgroupnsMode": "private"})"));
  EXPECT_THAT(differences(old, old_image, is, new_image), IsEmpty());
  old["HostConfig"].update(Json::parse(R"({"IpcMode": "host", "KernelMemory": 7, "Init": false})"));
  EXPECT_THAT(differences(old, old_image, is, new_image),
              ElementsAre("HostConfig.Init", "HostConfig.IpcMode", "HostConfig.KernelMemory"));
}

TEST(Differences, ValuesAreNotTold) {
  Json is = made();
  is["Config"]["Env"][0] = "KEY=t0p-s3cret";
  for (const std::string& one : found(is)) EXPECT_EQ(one.find("s3cret"), std::string::npos);
}

TEST(Identity, WhatIsNoInspectionIsCarriedAsFarAsItGoes) {
  for (const char* text : {"null", "{}", "[]", R"({"Config": 1, "HostConfig": [], "Mounts": {}, "NetworkSettings": 2})",
                           R"({"Config": {"Env": {}, "Labels": [], "Cmd": 1, "Healthcheck": 3, "ExposedPorts": "x"},
                               "HostConfig": {"Binds": {}, "Links": 1, "PortBindings": []}, "Mounts": [1, {}]})"}) {
    const Json odd = Json::parse(text);
    EXPECT_EQ(body_of(odd)["Image"], "open-webui:v2");
    std::ignore = differences(odd, odd, odd, odd);
    std::ignore = differences(container(), odd, odd, odd);
    std::ignore = differences(odd, {{"Config", odd}}, container(), {{"Config", odd}});
  }
}

}  // namespace
}  // namespace liftlock::deployment::docker
