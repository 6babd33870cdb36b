#include "deployment/docker/image_migrations.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::ElementsAre;

std::string tar_of(const std::map<std::string, std::string>& files) {
  std::string bytes(std::size_t{1} << 18, '\0');
  std::size_t used = 0;
  struct archive* tar = archive_write_new();
  archive_write_set_format_pax_restricted(tar);
  archive_write_open_memory(tar, bytes.data(), bytes.size(), &used);
  for (const auto& [name, content] : files) {
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_write_header(tar, entry);
    archive_write_data(tar, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(tar);
  archive_write_free(tar);
  bytes.resize(used);
  return bytes;
}

std::string script(const std::string& id, const std::string& below) {
  return fmt::format("\"\"\"Message of {0}\"\"\"\nrevision = '{0}'\ndown_revision = {1}\n", id, below);
}

Answer streamed(std::string tar) { return {response(200), {std::move(tar)}}; }
Answer missing() { return {response(404, R"({"message":"Could not find the file"})")}; }

/// An engine with an image of this `Config`, from which these files come, and then `last`.
std::vector<Answer> looked_into(std::vector<Answer> files, std::vector<Answer> last = {},
                                const std::string& config = R"({"WorkingDir":"/app/backend"})") {
  std::vector<Answer> all = {{response(200, fmt::format(R"({{"Id":"sha256:abc","Config":{}}})", config))},
                             missing(),  // nothing is left of an earlier look
                             {response(201, R"({"Id":"c0ffee"})")}};
  std::ranges::move(files, std::back_inserter(all));
  std::ranges::move(last, std::back_inserter(all));
  all.push_back({response(204)});
  return all;
}

std::vector<std::string> urls(const std::vector<http::Request>& asked) {
  std::vector<std::string> all;
  for (const auto& request : asked)
    all.push_back(fmt::format("{} {}", request.method, request.url.substr(request.url.find("/v1.41/") + 6)));
  return all;
}

TEST(ImageMigrations, AreReadFromAContainerThatNeverStarts) {
  std::vector<http::Request> asked;
  const std::string versions = tar_of({{"versions/", ""},
                                       {"versions/__init__.py", ""},
                                       {"versions/b.py", script("bbb", "'aaa'")},
                                       {"versions/a.py", script("aaa", "None")},
                                       {"versions/old/c.py", script("ccc", "'bbb'")},
                                       {"versions/__pycache__/a.cpython-311.pyc", "\x01"}});
  Engine engine = fake_engine(looked_into({streamed(versions)}), asked);
  const auto scripts = migrations_in_image(engine, "sha256:abc", "x");
  ASSERT_TRUE(scripts) << scripts.error().what;
  ASSERT_EQ(scripts->size(), 2);
  EXPECT_EQ(scripts->at(0).revision, "aaa");
  EXPECT_EQ(scripts->at(0).path, "/app/backend/open_webui/migrations/versions/a.py");
  EXPECT_EQ(scripts->at(1).down_revisions, std::vector<std::string>{"aaa"});
  EXPECT_THAT(urls(asked),
              ElementsAre("GET /images/sha256%3Aabc/json", "GET /containers/x.liftlock-look/json",
                          "POST /containers/create?name=x.liftlock-look",
                          "GET /containers/c0ffee/archive?path=%2Fapp%2Fbackend%2Fopen_webui%2Fmigrations%2Fversions",
                          "DELETE /containers/c0ffee?v=1"));
  EXPECT_EQ(Json::parse(asked[2].body)["Image"], "sha256:abc");
}

TEST(ImageMigrations, AnInstalledPackageIsFoundByItsPython) {
  const auto places_of = [](const std::string& config) {
    std::vector<std::string> places;
    for (const auto& place : package_places(Json::parse(config))) places.push_back(place.string());
    return places;
  };
  const auto places = places_of(
      R"({"WorkingDir":"/srv","Env":["PATH=/opt/venv/bin:/usr/bin:sbin","VIRTUAL_ENV=/opt/venv","PYTHONPATH=/lib/mine"]})");
  EXPECT_THAT(std::vector(places.begin(), places.begin() + 5),
              ElementsAre("/srv/open_webui", "/app/backend/open_webui", "/lib/mine/open_webui",
                          "/opt/venv/lib/python3.11/site-packages/open_webui",
                          "/opt/venv/lib/python3.11/dist-packages/open_webui"));
  EXPECT_EQ(std::ranges::count(places, "/usr/lib/python3/dist-packages/open_webui"), 1);
  EXPECT_EQ(places.back(), "/app/backend");
  EXPECT_LT(places.size(), 40) << "each is a question to the engine";
  EXPECT_THAT(places_of("{}"), testing::Contains("/usr/local/lib/python3.12/site-packages/open_webui"));
}

TEST(ImageMigrations, NoScriptsAreToldFromNoContainer) {
  const std::vector<Answer> nowhere(package_places(Json::parse(R"({"WorkingDir":"/app/backend"})")).size(), missing());
  std::vector<http::Request> asked;
  Engine engine = fake_engine(looked_into(nowhere, {{response(200, R"({"Id":"c0ffee"})")}}), asked);
  const auto none = migrations_in_image(engine, "sha256:abc", "x");
  ASSERT_TRUE(none) << none.error().what;
  EXPECT_TRUE(none->empty());

  Engine other = fake_engine(looked_into(nowhere, {missing()}), asked);
  EXPECT_EQ(migrations_in_image(other, "sha256:abc", "x").error().id, "container-missing");
}

TEST(ImageMigrations, WhatCannotBeReadIsAnErrorAndTheContainerGoes) {
  for (const Answer& bad :
       {streamed(tar_of({{"versions/a.py", "revision = compute()\n"}})), streamed("no tar at all")}) {
    std::vector<http::Request> asked;
    Engine engine = fake_engine(looked_into({bad}), asked);
    const auto scripts = migrations_in_image(engine, "sha256:abc", "x");
    ASSERT_FALSE(scripts);
    EXPECT_THAT(scripts.error().id, testing::AnyOf("script-unreadable", "engine-answer"));
    EXPECT_EQ(urls(asked).back(), "DELETE /containers/c0ffee?v=1");
  }
}

}  // namespace
}  // namespace liftlock::deployment::docker
