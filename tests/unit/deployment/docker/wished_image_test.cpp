#include "deployment/docker/wished_image.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/fake_engine.hpp"
#include "registry/table.hpp"

namespace liftlock::deployment::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* repository = "ghcr.io/open-webui/open-webui";

std::string digest(char c) { return "sha256:" + std::string(64, c); }

/// A tar archive of one file.
std::string tar_of(const std::string& content) {
  constexpr std::size_t block = 512;
  std::string header(block, '\0');
  const auto put = [&](std::size_t at, const std::string& text) { header.replace(at, text.size(), text); };
  put(0, "package.json");
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", content.size()));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return header + content + std::string((block - content.size() % block) % block + 2 * block, '\0');
}

Answer package(const std::string& version) {
  return {response(200), {tar_of(R"({"name":"open-webui","version":")" + version + "\"}")}};
}

/// The answers to a look into an image: nothing was left behind, made, read, removed.
std::vector<Answer> look(Answer read) {
  std::vector<Answer> answers;
  answers.push_back({response(404, "{}")});
  answers.push_back({response(201, R"({"Id":"looked-into"})")});
  answers.push_back(std::move(read));
  answers.push_back({response(204)});
  return answers;
}

class WishedImage : public ::testing::Test {
 protected:
  Result<Target> resolve(const std::string& wanted, std::vector<Answer> answers, const std::string& pin = {}) {
    answers.insert(answers.begin(), {response(200, engines_images_)});
    asked_.clear();
    Engine engine = fake_engine(std::move(answers), asked_);
    const Container container = read_container({{"Id", "c0ffee"},
                                                {"Name", "/open-webui"},
                                                {"Image", digest('d')},
                                                {"Config", {{"Image", deployed_}}},
                                                {"State", {{"Status", "running"}}}});
    return resolve_wish(engine, container, {wanted, pin}, [this](const registry::Reference&) {
      return std::make_unique<registry::Table>(images_, error_);
    });
  }

  std::vector<std::string> orders() const {
    std::vector<std::string> orders;
    for (const auto& request : asked_) orders.push_back(request.method + request.url.substr(22));
    return orders;
  }

  std::string deployed_ = std::string(repository) + ":v0.6.18";
  std::string engines_images_ = "[]";
  std::map<std::string, registry::Image> images_ = {
      {"v0.12.4", {digest('1'), digest('a'), "0.12.4", "", 7}}, {"latest", {digest('1'), digest('a'), "0.12.4", "", 7}},
      {"main", {digest('2'), digest('b'), "main", "", 9}},      {"mine", {digest('3'), digest('c'), "1.0.0", "", 9}},
      {"old", {digest('4'), digest('e'), "0.9.6", "", 9}},      {"v9.0.0", {digest('5'), digest('f'), "9.0.0", "", 9}}};
  std::optional<Error> error_;
  std::vector<http::Request> asked_;
};

TEST_F(WishedImage, IsNamedByItsTagAndToldByItsDigest) {
  const auto target = resolve("latest", {});
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->name, std::string(repository) + ":latest");
  EXPECT_EQ(target->digest, digest('1'));
  EXPECT_EQ(target->version, "0.12.4");
  EXPECT_EQ(target->wanted, "latest");
  EXPECT_EQ(target->id, "");
  EXPECT_EQ(target->bytes, 7);
  EXPECT_EQ(target->deployed_id, digest('d'));
  EXPECT_EQ(target->registry_error, "");
  EXPECT_THAT(orders(), ElementsAre("GET/images/json")) << "nothing is made, nothing brought";
  EXPECT_EQ(resolve(digest('2'), {})->name, std::string(repository) + "@" + digest('2'));
}

TEST_F(WishedImage, ALabelIsBelievedWhereItCanBe) {
  EXPECT_EQ(resolve("main", {})->version, "") << "it says no more than the tag";
  EXPECT_EQ(resolve("mine", {})->version, "") << "somebody's own number";
  EXPECT_EQ(resolve("old", {})->version, "0.9.6");
  EXPECT_EQ(resolve("v9.0.0", {})->version, "9.0.0") << "a release that this program does not know";
}

TEST_F(WishedImage, WhatIsInItCountsWhereItIsHere) {
  engines_images_ = R"([{"Id":")" + digest('b') + R"(","RepoTags":[],"RepoDigests":[]}])";
  const auto target = resolve("main", look(package("0.12.4")));
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->id, digest('b'));
  EXPECT_EQ(target->version, "0.12.4");
  EXPECT_THAT(orders(),
              ElementsAre("GET/images/json", "GET/containers/open-webui.liftlock-look/json",
                          "POST/containers/create?name=open-webui.liftlock-look",
                          HasSubstr("GET/containers/looked-into/archive"), "DELETE/containers/looked-into?v=1"));
  EXPECT_THAT(asked_[2].body, HasSubstr(digest('b')));
  EXPECT_EQ(resolve("main", look(package("0.12.4")), "0.11").error().id, "version-pinned");
}

TEST_F(WishedImage, WhatAnEarlierLookLeftBehindIsRemovedIfItNeverRan) {
  engines_images_ = R"([{"Id":")" + digest('b') + R"(","RepoTags":[],"RepoDigests":[]}])";
  auto answers = look(package("0.12.4"));
  answers[0] = {response(
      200, R"({"Id":"left","Name":"/open-webui.liftlock-look","State":{"StartedAt":"0001-01-01T00:00:00Z"}})")};
  answers.insert(answers.begin() + 1, {response(204)});
  ASSERT_TRUE(resolve("main", std::move(answers)));
  EXPECT_EQ(orders()[2], "DELETE/containers/left?v=1");
}

TEST_F(WishedImage, AReleasesTagMeansThatRelease) {
  engines_images_ = R"([{"Id":")" + digest('a') + R"(","RepoTags":[],"RepoDigests":[]}])";
  const auto target = resolve("v0.12.4", look(package("0.12.3")));
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().id, "version-mismatch");
  EXPECT_EQ(target.error().kind, ErrorKind::refused);
  EXPECT_EQ(resolve("latest", look(package("0.12.3")))->version, "0.12.3");
}

TEST_F(WishedImage, WhyTheRegistryWasNotHeededIsKept) {
  error_ = Error{ErrorKind::failed, "registry-unreachable", "Looking up x", "It does not answer.", {}, {}};
  engines_images_ = R"([{"Id":")" + digest('b') + R"(","RepoTags":[")" + repository + R"(:main"],"RepoDigests":[]}])";
  const auto target = resolve("main", look(package("0.12.4")));
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->registry_error, "Looking up x: It does not answer.");
  EXPECT_EQ(target->digest, "");
  const auto silent = resolve("v0.12.4", {});
  EXPECT_EQ(silent.error().id, "registry-unreachable");
  EXPECT_THAT(silent.error().next, HasSubstr("docker pull"));
}

TEST_F(WishedImage, OfAContainerWithoutANameForItsImageAWholeOneIsWanted) {
  deployed_ = digest('d');
  EXPECT_EQ(resolve("latest", {}).error().id, "image-unnamed");
  const auto whole = resolve(std::string(repository) + ":main", {{response(200, "[]")}});
  ASSERT_TRUE(whole) << whole.error().what;
  EXPECT_EQ(whole->digest, digest('2'));
}

TEST_F(WishedImage, BringingItTellsItsVersion) {
  const auto bring = [&](Target target, Answer read) -> std::pair<Result<void>, Target> {
    Engine engine = fake_engine(look(std::move(read)), asked_);
    NoProgress progress;
    auto done = bring_image(engine, "open-webui", target, progress);
    return {std::move(done), std::move(target)};
  };
  Target target;
  target.name = "r:main";
  target.id = digest('b');
  EXPECT_EQ(bring(target, package("0.12.4")).second.version, "0.12.4");
  EXPECT_EQ(bring(target, {response(404, "{}")}).first.error().id, "release-unknown");
  target.version = "0.12.4";
  EXPECT_TRUE(bring(target, package("v0.12.4")).first);
  EXPECT_TRUE(bring(target, {response(404, "{}")}).first) << "its label was believed";
  const auto other = bring(target, package("0.12.3")).first;
  EXPECT_EQ(other.error().id, "version-mismatch");
  EXPECT_THAT(other.error().next, HasSubstr("Run the command again"));
}

}  // namespace
}  // namespace liftlock::deployment::docker
