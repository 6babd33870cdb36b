#include "deployment/docker/podman_change.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::HasSubstr;

/// Parts of what Podman 4.3 says of one that was made by this command.
Json made_by(const std::string& command, const std::string& network = "podman") {
  Json words = Json::array();
  std::istringstream in(command);
  for (std::string word; in >> word;) words.push_back(word);
  return {{"Pod", ""},
          {"Config", {{"Labels", nullptr}, {"CreateCommand", words}}},
          {"HostConfig", {{"Devices", Json::array()}, {"RestartPolicy", {{"Name", "unless-stopped"}}}}},
          {"NetworkSettings", {{"Networks", {{network, Json::object()}}}}}};
}

std::string why_not(const Json& said) { return why_not_replaceable(said).value_or(""); }

TEST(PodmanChange, WhatIsToldCanBeReplaced) {
  for (const char* command :
       {"podman run -d --name open-webui -p 3000:8080 -v open-webui:/app/backend/data --restart=unless-stopped "
        "image:main",
        "podman --root /x --url unix:///y run -dit -p3000:8080 -e=A=1 -eB=2 --env C=3 -v /d:/app/backend/data:ro image",
        "podman container create --net bridge --device /dev/dri:/dev/dri --memory 1g --health-cmd none image --ip "
        "1.2.3.4",
        "/usr/bin/podman run -- --ip"})
    EXPECT_EQ(why_not(made_by(command)), "") << command;
  EXPECT_EQ(why_not(made_by("podman run --network web --network-alias ui image", "web")), "");
}

TEST(PodmanChange, WhatIsNotToldIsNamed) {
  for (const auto& [command, word] :
       {std::pair{"podman run -d --ip 10.88.0.9 image", "--ip"},
        {"podman run --ip=10.88.0.9 image", "--ip 10.88.0.9"},
        {"podman run --network web:ip=10.89.0.9 image", "--network web:ip=10.89.0.9"},
        {"podman run --net slirp4netns:allow_host_loopback=true image", "--network slirp"},
        {"podman run -v data:/app/backend/data:Z image", "--volume data:/app/backend/data:Z"},
        {"podman run -dv data:/d:ro,U image", "--volume data:/d:ro,U"},
        {"podman run --device /dev/x:/dev/x:r image", "--device"},
        {"podman run --device nvidia.com/gpu=all image", "--device"},
        {"podman run --secret s image", "--secret"},
        {"podman run -dx image", "-x"}})
    EXPECT_THAT(why_not(made_by(command)), HasSubstr(word)) << command;
  EXPECT_THAT(why_not(made_by("podman play kube file")), HasSubstr("which command"));
  EXPECT_THAT(why_not(made_by("")), HasSubstr("which command"));
  EXPECT_THAT(why_not(Json()), HasSubstr("which command"));
  EXPECT_THAT(why_not(made_by("podman run image", "later")), HasSubstr("the network later after"));
}

TEST(PodmanChange, OfTheApiOnlyAddressesAndRightsAreNotKnown) {
  const char* service = "podman system service --time=0 unix:///run/podman.sock";
  EXPECT_EQ(why_not(made_by(service)), "");
  EXPECT_THAT(why_not(made_by(service, "web")), HasSubstr("fixed address"));
  Json with_devices = made_by(service);
  with_devices["HostConfig"]["Devices"] = {{{"PathOnHost", "/dev/null"}}};
  EXPECT_THAT(why_not(with_devices), HasSubstr("rights"));
}

TEST(PodmanChange, WhatOthersStartIsLeftToThem) {
  const std::string command = "podman run -d image";
  Json said = made_by(command);
  said["HostConfig"]["RestartPolicy"]["Name"] = "always";
  EXPECT_THAT(why_not(said), HasSubstr("podman-restart.service"));
  said = made_by(command);
  said["Config"]["Labels"] = {{"PODMAN_SYSTEMD_UNIT", "open-webui.service"}};
  EXPECT_THAT(why_not(said), HasSubstr("The systemd unit open-webui.service"));
  said = made_by(command);
  said["Pod"] = std::string(64, 'a');
  EXPECT_THAT(why_not(said), HasSubstr("pod"));
}

TEST(PodmanChange, OnlyPodmanIsAsked) {
  std::vector<http::Request> asked;
  Engine docker = fake_engine({}, asked);
  EXPECT_TRUE(refuse_unfit_of_podman(docker, {}));
  EXPECT_TRUE(asked.empty());
}

}  // namespace
}  // namespace liftlock::deployment::docker
