#include "deployment/docker/endpoint.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "support/temporary_directory.hpp"

namespace liftlock::deployment::docker {
namespace {

using ::testing::HasSubstr;

Variables variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
}

Endpoint endpoint(std::map<std::string, std::string> values) {
  const auto found = find_endpoint(variables(std::move(values)));
  return found && *found ? **found : Endpoint{};
}

TEST(Endpoint, UnixSocket) {
  const Endpoint found = endpoint({{"DOCKER_HOST", "unix:///run/user/1000/docker.sock"}});
  EXPECT_EQ(found.unix_socket, "/run/user/1000/docker.sock");
  EXPECT_EQ(found.base_url, "http://localhost");
}

TEST(Endpoint, TcpHasAPortWithAndWithoutTls) {
  EXPECT_EQ(endpoint({{"DOCKER_HOST", "tcp://engine"}}).base_url, "http://engine:2375");
  EXPECT_EQ(endpoint({{"DOCKER_HOST", "tcp://engine:1234/"}}).base_url, "http://engine:1234");
  EXPECT_EQ(endpoint({{"DOCKER_HOST", "tcp://[::1]"}}).base_url, "http://[::1]:2375");
  EXPECT_EQ(endpoint({{"DOCKER_HOST", "tcp://engine"}, {"DOCKER_TLS_VERIFY", "1"}}).base_url, "https://engine:2376");
}

TEST(Endpoint, CertificatesAreTheDockerCommandsOwn) {
  const testing::TemporaryDirectory folder;
  Endpoint found = endpoint(
      {{"DOCKER_HOST", "tcp://engine"}, {"DOCKER_TLS_VERIFY", "1"}, {"DOCKER_CERT_PATH", folder.path().string()}});
  EXPECT_EQ(found.tls.authorities, folder / "ca.pem");
  EXPECT_EQ(found.tls.certificate, "") << "a server that asks for none needs none";
  EXPECT_TRUE(found.tls.verify);

  std::ofstream(folder / "cert.pem") << "x";
  found =
      endpoint({{"DOCKER_HOST", "tcp://engine"}, {"DOCKER_TLS", "1"}, {"DOCKER_CERT_PATH", folder.path().string()}});
  EXPECT_EQ(found.tls.certificate, folder / "cert.pem");
  EXPECT_EQ(found.tls.key, folder / "key.pem");
  EXPECT_FALSE(found.tls.verify);
}

TEST(Endpoint, OtherAddressesAreRefused) {
  for (const char* address : {"ssh://me@host", "npipe:////./pipe/docker_engine", "/var/run/docker.sock"}) {
    const auto found = find_endpoint(variables({{"DOCKER_HOST", address}}));
    ASSERT_FALSE(found) << address;
    EXPECT_EQ(found.error().id, "engine-address-invalid");
    EXPECT_EQ(found.error().kind, ErrorKind::usage);
  }
  EXPECT_THAT(find_endpoint(variables({{"DOCKER_HOST", "ssh://me@host"}})).error().next,
              HasSubstr("ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock me@host &"));
}

}  // namespace
}  // namespace liftlock::deployment::docker
