#include "registry/repository.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "registry/client.hpp"

namespace liftlock::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Headers = std::map<std::string, std::string, std::less<>>;

http::Response answer(int status, std::string body = {}, Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

std::string digest_of(const std::string& content) { return "sha256:" + file::sha256_of(content); }

/// A registry that is not there: what is asked of it, and what it answers.
struct World {
  std::vector<http::Request> asked;
  std::function<Result<http::Response>(const http::Request&)> serve;

  std::unique_ptr<Repository> open(const char* name, Credentials credentials = {}) {
    class Wire final : public http::Transport {
     public:
      explicit Wire(World& world) : world_(world) {}
      Result<http::Response> send(const http::Request& request) override {
        world_.asked.push_back(request);
        return world_.serve(request);
      }

     private:
      World& world_;
    };
    return open_repository(parse_reference(name).value(), std::move(credentials), std::make_unique<Wire>(*this), {});
  }
  [[nodiscard]] std::vector<std::string> urls() const {
    std::vector<std::string> urls;
    for (const auto& request : asked) urls.push_back(request.method + " " + request.url);
    return urls;
  }
};

std::string authorization(const http::Request& request) {
  for (const std::string& header : request.headers) {
    if (header.starts_with("Authorization: ")) return header.substr(15);
  }
  return {};
}

const Credentials me{.user = "me", .password = "s3cret", .identity_token = {}};

TEST(Repository, ListsTagsPageByPage) {
  World world;
  world.serve = [](const http::Request& request) -> Result<http::Response> {
    if (request.url.find("last=b") == std::string::npos)
      return answer(200, R"({"tags":["a","b"]})", {{"link", "</v2/x/y/tags/list?last=b&n=2>; rel=\"next\""}});
    return answer(200, R"({"tags":["c","not a tag",7]})");
  };
  EXPECT_THAT(*world.open("ghcr.io/x/y")->tags(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(world.urls(), ElementsAre("GET https://ghcr.io/v2/x/y/tags/list?n=1000",
                                        "GET https://ghcr.io/v2/x/y/tags/list?last=b&n=2"));
}

TEST(Repository, AListWithoutAnEndOrThatGoesOnElsewhereIsAnError) {
  for (const char* link : {"</v2/x/y/tags/list?n=1000>; rel=next", "<https://evil.example/v2/x/y>; rel=next",
                           "<//evil.example/v2>; rel=next", "<no/path>; rel=next"}) {
    World world;
    world.serve = [&](const http::Request&) { return answer(200, R"({"tags":[]})", {{"link", link}}); };
    EXPECT_EQ(world.open("ghcr.io/x/y")->tags().error().id, "registry-answer") << link;
    EXPECT_EQ(world.asked.size(), 1U);
  }
}

TEST(Repository, ThatLostItsLastTagHasNone) {
  World world;
  world.serve = [](const http::Request&) { return answer(200, R"({"name":"x/y","tags":null})"); };
  EXPECT_TRUE(world.open("ghcr.io/x/y")->tags()->empty());
}

TEST(Repository, OfTheHubIsAskedWhereItLives) {
  World world;
  world.serve = [](const http::Request&) { return answer(404); };
  const auto tags = world.open("postgres")->tags();
  EXPECT_EQ(tags.error().id, "repository-unknown");
  EXPECT_EQ(tags.error().kind, ErrorKind::usage);
  EXPECT_THAT(world.urls(), ElementsAre("GET https://registry-1.docker.io/v2/library/postgres/tags/list?n=1000"));
}

/// Wants a token for everything, and hands it out to `allowed` (any, if empty).
auto token_registry(std::string allowed) {
  return [allowed](const http::Request& request) -> Result<http::Response> {
    if (request.url.starts_with("https://auth.example/token")) {
      if (authorization(request) != allowed) return answer(401, R"({"errors":[{"message":"go away"}]})");
      return answer(200, R"({"token":"t0ken"})");
    }
    if (authorization(request) == "Bearer t0ken") return answer(200, R"({"tags":["a"]})");
    return answer(
        401, {},
        {{"www-authenticate", R"(Bearer realm="https://auth.example/token",service="s",scope="repository:x/y:pull")"}});
  };
}

TEST(Repository, FetchesATokenOnce) {
  World world;
  world.serve = token_registry("");
  const auto repository = world.open("ghcr.io/x/y");
  EXPECT_THAT(*repository->tags(), ElementsAre("a"));
  EXPECT_TRUE(repository->tags());
  EXPECT_THAT(world.urls(), ElementsAre("GET https://ghcr.io/v2/x/y/tags/list?n=1000",
                                        "GET https://auth.example/token?service=s&scope=repository%3Ax%2Fy%3Apull",
                                        "GET https://ghcr.io/v2/x/y/tags/list?n=1000",
                                        "GET https://ghcr.io/v2/x/y/tags/list?n=1000"));
}

TEST(Repository, ShowsCredentialsToTheTokenServerOnly) {
  World world;
  world.serve = token_registry("Basic " + base64("me:s3cret"));
  EXPECT_TRUE(world.open("ghcr.io/x/y", me)->tags());
  for (const http::Request& request : world.asked) {
    const bool token_server = request.url.starts_with("https://auth.example/");
    EXPECT_EQ(authorization(request).starts_with("Basic"), token_server) << request.url;
    EXPECT_THAT(request.url, Not(HasSubstr("s3cret")));
  }
  const auto refused = world.open("ghcr.io/x/y", {.user = "me", .password = "wr0ng", .identity_token = {}})->tags();
  EXPECT_EQ(refused.error().id, "registry-denied");
  EXPECT_THAT(refused.error().what, HasSubstr("go away"));
  EXPECT_THAT(refused.error().what + refused.error().next, Not(HasSubstr("wr0ng")));
  EXPECT_THAT(refused.error().next, HasSubstr("docker login ghcr.io"));
}

TEST(Repository, AnIdentityTokenIsTradedForAnAccessToken) {
  World world;
  std::string form;
  world.serve = [&](const http::Request& request) -> Result<http::Response> {
    if (request.method == "POST") {
      form = request.body;
      return answer(200, R"({"access_token":"t0ken"})");
    }
    return token_registry("")(request);
  };
  EXPECT_TRUE(world.open("ghcr.io/x/y", {.user = {}, .password = {}, .identity_token = "re/fresh"})->tags());
  EXPECT_EQ(
      form,
      "grant_type=refresh_token&service=s&scope=repository%3Ax%2Fy%3Apull&client_id=liftlock&refresh_token=re%2Ffresh");
}

TEST(Repository, ATokenThatHasExpiredIsFetchedAnew) {
  World world;
  int tokens = 0;
  int good = 0;
  world.serve = [&](const http::Request& request) -> Result<http::Response> {
    if (request.url.starts_with("https://a/")) return answer(200, fmt::format(R"({{"token":"t{}"}})", ++tokens));
    if (tokens > 0 && good-- > 0) return answer(200, R"({"tags":[]})");
    if (authorization(request) == fmt::format("Bearer t{}", tokens) && tokens == 2)
      return answer(200, R"({"tags":[]})");
    good = 1;
    return answer(401, {}, {{"www-authenticate", "Bearer realm=\"https://a/\""}});
  };
  const auto repository = world.open("ghcr.io/x/y");
  EXPECT_TRUE(repository->tags());
  EXPECT_TRUE(repository->tags());
  EXPECT_EQ(tokens, 2);
}

TEST(Repository, IsShownAPasswordWhereItAsksForOne) {
  World world;
  world.serve = [](const http::Request& request) -> Result<http::Response> {
    if (authorization(request) == "Basic " + base64("me:s3cret")) return answer(200, R"({"tags":["a"]})");
    return answer(401, {}, {{"www-authenticate", "Basic realm=\"here\""}});
  };
  EXPECT_TRUE(world.open("ghcr.io/x/y", me)->tags());
  EXPECT_EQ(authorization(world.asked.front()), "") << "not before it is asked for";
  EXPECT_EQ(world.open("ghcr.io/x/y")->tags().error().id, "registry-denied");
  const auto wrong = world.open("ghcr.io/x/y", {.user = "me", .password = "x", .identity_token = {}})->tags();
  EXPECT_EQ(wrong.error().id, "registry-denied");
}

TEST(Repository, SecretsAreNotSentWhereTheyCouldBeRead) {
  for (const char* realm : {"http://auth.example/token", "ftp://x/", "", "file:///etc/passwd"}) {
    World world;
    world.serve = [&](const http::Request&) {
      return answer(401, {}, {{"www-authenticate", fmt::format("Bearer realm=\"{}\"", realm)}});
    };
    EXPECT_EQ(world.open("ghcr.io/x/y", me)->tags().error().id, "registry-answer");
    EXPECT_EQ(world.asked.size(), 1U) << realm;
  }
  World world;
  world.serve = [](const http::Request& request) -> Result<http::Response> {
    if (request.url.starts_with("https://a/")) return answer(200, R"({"token":"a\r\nX: y"})");
    return answer(401, {}, {{"www-authenticate", "Bearer realm=\"https://a/\""}});
  };
  EXPECT_EQ(world.open("ghcr.io/x/y")->tags().error().id, "registry-answer");
}

TEST(Repository, OnlyThisMachinesIsAskedWithoutTls) {
  for (const char* host : {"localhost", "localhost:5000", "127.0.0.1:5000", "127.9.8.7", "[::1]:5000"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host :
       {"ghcr.io", "127.0.0.1.example.com", "localhost.example:5000", "10.0.0.1:5000", "[::2]:1", ""})
    EXPECT_FALSE(is_loopback(host)) << host;

  World plain;
  plain.serve = [](const http::Request& request) -> Result<http::Response> {
    if (request.url.starts_with("https:")) return failure("http-tls", {}, "wrong version number");
    return answer(200, R"({"tags":[]})");
  };
  EXPECT_TRUE(plain.open("localhost:5000/x")->tags());
  EXPECT_THAT(plain.urls(),
              ElementsAre("GET https://localhost:5000/v2/", "GET http://localhost:5000/v2/x/tags/list?n=1000"));
  EXPECT_TRUE(plain.asked.back().direct);
  const auto elsewhere = plain.open("registry.example:5000/x")->tags();
  EXPECT_EQ(elsewhere.error().id, "registry-tls");
  EXPECT_THAT(elsewhere.error().next, HasSubstr("/etc/docker/certs.d/registry.example:5000/ca.crt"));
  EXPECT_FALSE(plain.asked.back().direct);
}

TEST(Repository, FailuresAreToldApart) {
  struct Case {
    Result<http::Response> served;
    const char* id;
    const char* what;
  };
  for (const Case& one : std::initializer_list<Case>{
           {failure("http-unreachable", {}, "no route"), "registry-unreachable", "no route"},
           {failure("http-timeout", {}, "too slow"), "registry-unreachable", "too slow"},
           {failure("http-tls", {}, "self-signed"), "registry-tls", "self-signed"},
           {answer(403, R"({"errors":[{"code":"DENIED","message":"not yours"}]})"), "registry-denied", "not yours"},
           {answer(429, "", {{"retry-after", "120"}}), "registry-limit", "120 seconds"},
           {answer(429, "", {{"retry-after", "Fri, 31 Dec 2027 23:59:59 GMT"}}), "registry-limit", "until Fri, 31 Dec"},
           {answer(500, "oops"), "registry-answer", "status 500"},
           {answer(401), "registry-answer", "how to be let in"},
           {answer(200, "<html>"), "registry-answer", "no registry"},
           {answer(302, "", {{"location", "http://evil.example/"}}), "registry-answer", "evil.example"}}) {
    World world;
    world.serve = [&](const http::Request&) { return one.served; };
    const auto tags = world.open("ghcr.io/x/y")->tags();
    ASSERT_FALSE(tags) << one.what;
    EXPECT_EQ(tags.error().id, one.id);
    EXPECT_THAT(tags.error().what, HasSubstr(one.what));
    EXPECT_EQ(tags.error().doing, "Listing the tags of ghcr.io/x/y");
  }
}

/// An image with an index, whose configuration lies on another server.
struct Published {
  std::string config =
      R"({"created":"2026-11-02T10:00:00.5Z","config":{"Labels":{"org.opencontainers.image.version":"0.12.4"}}})";
  std::string manifest = fmt::format(R"({{"config":{{"digest":"{}"}},"layers":[{{"size":70}}]}})", digest_of(config));
  std::string index = fmt::format(
      R"({{"manifests":[{{"digest":"{}","platform":{{"os":"linux","architecture":"amd64"}}}}]}})", digest_of(manifest));

  Result<http::Response> operator()(const http::Request& request) const {
    const auto ends = [&](const std::string& end) { return request.url.ends_with(end); };
    if (ends("/manifests/v1") || ends("/manifests/" + digest_of(index)))
      return answer(200, request.method == "HEAD" ? "" : index, {{"docker-content-digest", digest_of(index)}});
    if (ends("/manifests/" + digest_of(manifest))) return answer(200, manifest);
    if (request.url == "https://store.example/b?signed") return answer(200, config);
    if (ends("/blobs/" + digest_of(config))) return answer(307, "", {{"location", "https://store.example/b?signed"}});
    return answer(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN"}]})");
  }
};

TEST(Repository, SaysWhatATagNames) {
  const Published published;
  World world;
  world.serve = published;
  const auto repository = world.open("ghcr.io/x/y");
  EXPECT_EQ(*repository->digest_of("v1"), digest_of(published.index));
  EXPECT_EQ(*repository->digest_of("v2"), std::nullopt);
  for (const std::string& name : {std::string("v1"), digest_of(published.index)}) {
    const auto image = repository->image(name);
    ASSERT_TRUE(image && *image);
    EXPECT_EQ((*image)->digest, digest_of(published.index));
    EXPECT_EQ((*image)->id, digest_of(published.config));
    EXPECT_EQ((*image)->version, "0.12.4");
    EXPECT_EQ((*image)->created, "2026-11-02T10:00:00Z");
    EXPECT_EQ((*image)->bytes, 70);
  }
  EXPECT_EQ(*repository->image("v2"), std::nullopt);
}

TEST(Repository, DoesNotShowItsTokenToWhereItRedirects) {
  const Published published;
  World world;
  world.serve = [&](const http::Request& request) -> Result<http::Response> {
    if (request.url.starts_with("https://a/")) return answer(200, R"({"token":"t0ken"})");
    if (request.url.starts_with("https://ghcr.io/") && authorization(request).empty())
      return answer(401, {}, {{"www-authenticate", "Bearer realm=\"https://a/\""}});
    return published(request);
  };
  ASSERT_TRUE(world.open("ghcr.io/x/y")->image("v1"));
  EXPECT_EQ(world.asked.back().url, "https://store.example/b?signed");
  EXPECT_EQ(authorization(world.asked.back()), "");
}

TEST(Repository, BytesThatDoNotFitTheirDigestAreNotTaken) {
  const Published published;
  for (const char* changed : {"/manifests/v1", "/manifests/sha256", "store.example"}) {
    World world;
    world.serve = [&](const http::Request& request) {
      auto served = published(request);
      if (request.url.find(changed) != std::string::npos) served->body += " ";
      return served;
    };
    const auto image = world.open("ghcr.io/x/y")->image("v1");
    ASSERT_FALSE(image) << changed;
    EXPECT_EQ(image.error().id, "registry-answer");
    EXPECT_THAT(image.error().what, HasSubstr("its digest is sha256:"));
  }
}

TEST(Repository, AnImageForOtherMachinesOnlyIsRefused) {
  Published published;
  published.index.replace(published.index.find("amd64"), 5, "s390x");
  World world;
  world.serve = published;
  const auto image = world.open("ghcr.io/x/y")->image("v1");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().id, "platform-missing");
  EXPECT_EQ(image.error().kind, ErrorKind::refused);
  EXPECT_THAT(image.error().what, HasSubstr("linux/amd64"));
}

}  // namespace
}  // namespace liftlock::registry
