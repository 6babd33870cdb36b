#include "registry/credentials.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A config.json, and helpers that answer what is prepared.
struct World {
  testing::TemporaryDirectory folder;
  std::vector<std::string> asked;  ///< program, its argument, what it was given
  Result<process::Captured> answer = process::Captured{};

  explicit World(const std::string& config) { EXPECT_TRUE(file::write_durably(folder / "config.json", config)); }
  Result<Credentials> find(std::string_view host) {
    const auto run = [this](const process::Child& child, std::string_view input) {
      asked.push_back(child.command.at(0) + " " + child.command.at(1) + " " + std::string(input));
      return answer;
    };
    return find_credentials(host, {.folder = folder.path(), .run = run});
  }
};

TEST(Credentials, AreThoseThatDockerLoginKept) {
  World world(R"({"auths": {"https://index.docker.io/v1/": {"auth": ")" + base64("hub:h:b") +
              R"("}, "ghcr.io": {"auth": ")" + base64("me:s3cret") +
              R"("}, "https://old.example/v2/": {"username": "u", "password": "p"},
                  "tokens.example": {"identitytoken": "t0ken", "auth": ""}, "localhost:5000": {}}})");
  EXPECT_EQ(world.find("docker.io")->user, "hub");
  EXPECT_EQ(world.find("docker.io")->password, "h:b");
  EXPECT_EQ(world.find("ghcr.io")->password, "s3cret");
  EXPECT_EQ(world.find("old.example")->password, "p");
  EXPECT_EQ(world.find("tokens.example")->identity_token, "t0ken");
  EXPECT_TRUE(world.find("localhost:5000")->empty());
  EXPECT_TRUE(world.find("localhost:5001")->empty());
  EXPECT_TRUE(world.asked.empty());
}

TEST(Credentials, AreNoneWithoutAFile) {
  const testing::TemporaryDirectory folder;
  EXPECT_TRUE(find_credentials("ghcr.io", {.folder = folder.path()})->empty());
  EXPECT_TRUE(find_credentials("ghcr.io", {.folder = {}})->empty());
}

TEST(Credentials, OfAFileThatIsBrokenAreAnErrorThatDoesNotShowThem) {
  for (const char* config :
       {"{", "[]", R"({"auths":{"ghcr.io":{"auth":"s3cret!"}}})", R"({"auths":{"ghcr.io":{"auth":"czNjcmV0"}}})"}) {
    const auto found = World(config).find("ghcr.io");
    ASSERT_FALSE(found) << config;
    EXPECT_EQ(found.error().id, "credentials-invalid");
    EXPECT_THAT(found.error().what, Not(HasSubstr("s3cret")));
  }
}

TEST(Credentials, OfAHelperAreAskedByItsProtocol) {
  World world(R"({"credHelpers": {"ghcr.io": "pass"}, "credsStore": "desktop",
                  "auths": {"plain.example": {"auth": "dTpw"}}})");
  world.answer = process::Captured{.status = 0, .output = R"({"ServerURL":"x","Username":"me","Secret":"s3cret"})"};
  EXPECT_EQ(world.find("ghcr.io")->password, "s3cret");
  EXPECT_EQ(world.find("docker.io")->user, "me");
  EXPECT_THAT(world.asked, ::testing::ElementsAre("docker-credential-pass get ghcr.io",
                                                  "docker-credential-desktop get https://index.docker.io/v1/"));
  world.answer = process::Captured{.status = 0, .output = R"({"Username":"<token>","Secret":"t0ken"})"};
  EXPECT_EQ(world.find("ghcr.io")->identity_token, "t0ken");
  EXPECT_EQ(world.find("ghcr.io")->user, "");
  world.answer = process::Captured{.status = 1, .output = "credentials not found in native keychain\n"};
  EXPECT_TRUE(world.find("ghcr.io")->empty());
  EXPECT_EQ(world.find("plain.example")->user, "u") << "what the store does not have";
}

TEST(Credentials, AHelperThatFailsIsHeard) {
  World world(R"({"credsStore": "pass"})");
  world.answer = process::Captured{.status = 1, .output = "\nthe keyring is locked\nmore", .errors = "x"};
  EXPECT_EQ(world.find("ghcr.io").error().what, "the keyring is locked");
  EXPECT_EQ(world.find("ghcr.io").error().id, "credentials-helper");
  world.answer = process::Captured{.status = 2, .errors = "pass: gone"};
  EXPECT_EQ(world.find("ghcr.io").error().what, "pass: gone");
  world.answer = process::Captured{.status = 2};
  EXPECT_THAT(world.find("ghcr.io").error().what, HasSubstr("exit status 2"));
  world.answer = process::Captured{.status = 0, .output = "s3cret"};
  EXPECT_THAT(world.find("ghcr.io").error().what, Not(HasSubstr("s3cret")));
  world.answer = failure("program-start", "Running", "No such file or directory");
  EXPECT_THAT(world.find("ghcr.io").error().what, HasSubstr("No such file"));
  EXPECT_EQ(World(R"({"credsStore": "../../x"})").find("ghcr.io").error().id, "credentials-invalid");
}

TEST(RegistryAuth, IsWhatAnEngineUnderstands) {
  const auto read = [](const std::string& header) { return nlohmann::json::parse(decode_base64(header).value()); };
  EXPECT_EQ(registry_auth({}, "ghcr.io"), "");
  const auto named = read(registry_auth({.user = "me", .password = "p\xc3\xa4ss", .identity_token = {}}, "ghcr.io"));
  EXPECT_EQ(named, (nlohmann::json{{"username", "me"}, {"password", "p\xc3\xa4ss"}, {"serveraddress", "ghcr.io"}}));
  const auto token = read(registry_auth({.user = {}, .password = {}, .identity_token = "t"}, "docker.io"));
  EXPECT_EQ(token, (nlohmann::json{{"identitytoken", "t"}, {"serveraddress", "https://index.docker.io/v1/"}}));
}

}  // namespace
}  // namespace liftlock::registry
