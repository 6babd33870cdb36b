#include "registry/resolve.hpp"

#include <gmock/gmock.h>

#include <map>

#include "registry/table.hpp"

namespace liftlock::registry {
namespace {

using testing::HasSubstr;

std::string digest(char c) { return "sha256:" + std::string(64, c); }

struct World {
  std::map<std::string, Image> images;
  std::optional<Error> error;
  std::vector<LocalImage> local;
  std::vector<std::string> opened;

  Result<Resolved> resolve(const std::string& current, const std::string& wanted, const std::string& pin = {}) {
    const Repositories open = [this](const Reference& reference) -> Result<std::unique_ptr<Repository>> {
      opened.push_back(repository_of(reference));
      return std::make_unique<Table>(images, error);
    };
    return registry::resolve({parse_reference(current).value(), wanted, pin}, open, local);
  }
  std::string name(const std::string& current, const std::string& wanted) {
    const auto resolved = resolve(current, wanted);
    return resolved ? to_string(resolved->reference) : resolved.error().id;
  }
};

Image image(char c, std::string version = {}) {
  return {.digest = digest(c),
          .id = digest('f'),
          .version = std::move(version),
          .created = "2026-11-02T10:00:00Z",
          .bytes = 7};
}

TEST(Resolve, KeepsRepositoryAndVariant) {
  World world;
  world.images = {{"v0.12.4", image('1', "0.12.4")},     {"v0.12.4-cuda", image('2', "v0.12.4")},
                  {"0.12.3-ollama", image('3')},         {"latest", image('1', "0.12.4")},
                  {"latest-cuda", image('2', "0.12.4")}, {"cuda", image('5', "main")},
                  {"main", image('4', "main")},          {"nightly", image('6')}};
  const std::string repository = "ghcr.io/open-webui/open-webui";
  const auto with = [&](const std::string& tag, char c) { return repository + ":" + tag + "@" + digest(c); };
  EXPECT_EQ(world.name(repository + ":v0.12.3", "v0.12.4"), with("v0.12.4", '1'));
  EXPECT_EQ(world.name(repository + ":v0.12.3", "0.12.4"), with("v0.12.4", '1'));
  EXPECT_EQ(world.name(repository + ":v0.12.3-cuda", "0.12.4"), with("v0.12.4-cuda", '2'));
  EXPECT_EQ(world.name(repository + ":cuda", "0.12.4"), with("v0.12.4-cuda", '2'));
  EXPECT_EQ(world.name(repository + ":ollama", "v0.12.3"), with("0.12.3-ollama", '3'));
  EXPECT_EQ(world.name(repository + ":main-cuda", "latest"), with("latest-cuda", '2'));
  EXPECT_EQ(world.name(repository + ":latest-cuda", "main"), with("cuda", '5'));
  EXPECT_EQ(world.name(repository + "@" + digest('9'), "main"), with("main", '4'));
  EXPECT_EQ(world.name(repository + ":main-cuda", "nightly"), with("nightly", '6'));
  EXPECT_EQ(world.name(repository + ":main-cuda", "v0.12.4-cuda"), with("v0.12.4-cuda", '2'));
  EXPECT_EQ(world.name(repository + ":main-cuda", repository + ":v0.12.4"), with("v0.12.4", '1'));
  EXPECT_EQ(world.name(repository + ":main-cuda", repository), with("latest", '1'));
  EXPECT_EQ(world.name(repository + ":main", digest('6')), repository + "@" + digest('6'));
  world.opened.clear();
  EXPECT_EQ(world.name(repository, "localhost:5000/mine:nightly"), "localhost:5000/mine:nightly@" + digest('6'));
  EXPECT_THAT(world.opened, testing::ElementsAre("localhost:5000/mine"));
}

TEST(Resolve, SaysWhichReleaseItIsWhereThatIsKnown) {
  World world;
  world.images = {{"latest", image('1', "0.12.4")}, {"main", image('2', "main")}, {"v0.12.3", image('3')}};
  EXPECT_EQ(to_string(*world.resolve("ghcr.io/a/b:x", "latest")->version), "0.12.4");
  EXPECT_EQ(to_string(*world.resolve("ghcr.io/a/b:x", "0.12.3")->version), "0.12.3");
  const auto main = world.resolve("ghcr.io/a/b:x", "main");
  EXPECT_EQ(main->version, std::nullopt);
  EXPECT_EQ(main->created, "2026-11-02T10:00:00Z");
  EXPECT_EQ(main->bytes, 7);
  EXPECT_EQ(main->image_id, "");
  EXPECT_EQ(main->registry_error, std::nullopt);
  world.local = {{.id = digest('e'),
                  .tags = {},
                  .digests = {"ghcr.io/a/b@" + digest('2')},
                  .labelled_version = {},
                  .created = {}}};
  EXPECT_EQ(world.resolve("ghcr.io/a/b:x", "main")->image_id, digest('e'));
  EXPECT_EQ(world.resolve("ghcr.io/a/b:x", "latest")->image_id, "");
  world.local = {{.id = digest('f'), .tags = {}, .digests = {}, .labelled_version = {}, .created = {}}};
  EXPECT_EQ(world.resolve("ghcr.io/a/b:x", "latest")->image_id, digest('f'));
}

TEST(Resolve, ATagThatIsNotThereIsRefusedWithWhatWasMeant) {
  World world;
  world.images = {
      {"v0.12.3", image('1')}, {"v0.12.4", image('2')}, {"v0.12.4-cuda", image('3')}, {"latest", image('4')}};
  const auto unknown = world.resolve("ghcr.io/a/b:main", "v0.12.5");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().id, "tag-unknown");
  EXPECT_EQ(unknown.error().kind, ErrorKind::refused);
  EXPECT_THAT(unknown.error().what, HasSubstr("ghcr.io/a/b has no tag \"v0.12.5\""));
  EXPECT_THAT(unknown.error().next, HasSubstr("Did you mean v0.12.4"));
  EXPECT_THAT(world.resolve("ghcr.io/a/b:main", "lates").error().next, HasSubstr("latest"));
  const auto variant = world.resolve("ghcr.io/a/b:main-cuda", "v0.12.3");
  EXPECT_THAT(variant.error().what, HasSubstr("variant \"cuda\""));
  EXPECT_THAT(variant.error().next, HasSubstr("without that variant is ghcr.io/a/b:v0.12.3."));
  EXPECT_EQ(world.resolve("ghcr.io/a/b:main", digest('9')).error().id, "tag-unknown");
  EXPECT_EQ(world.resolve("ghcr.io/a/b:main", "no tag").error().id, "image-invalid");
  EXPECT_EQ(world.resolve("ghcr.io/a/b:main", "").error().id, "image-invalid");
  EXPECT_EQ(world.resolve("ghcr.io/a/b:main", "a/B").error().id, "image-invalid");
}

TEST(Resolve, TakesTheEnginesImageWhereTheRegistryCannotSay) {
  World world;
  world.error = failure("registry-unreachable", "Asking", "no route").error();
  EXPECT_EQ(world.resolve("ghcr.io/a/b:v0.12.3", "v0.12.4").error().id, "registry-unreachable");
  world.local = {
      {.id = digest('e'),
       .tags = {"ghcr.io/a/b:0.12.4"},
       .digests = {"other/b@" + digest('1'), "ghcr.io/a/b@" + digest('2')},
       .labelled_version = {},
       .created = "2026-11-02T10:00:00Z"},
      {.id = digest('d'), .tags = {"mine:latest"}, .digests = {}, .labelled_version = "v0.12.4", .created = {}}};
  const auto resolved = world.resolve("ghcr.io/a/b:v0.12.3", "v0.12.4");
  ASSERT_TRUE(resolved);
  EXPECT_EQ(to_string(resolved->reference), "ghcr.io/a/b:0.12.4@" + digest('2'));
  EXPECT_EQ(resolved->image_id, digest('e'));
  EXPECT_EQ(to_string(*resolved->version), "0.12.4");
  EXPECT_EQ(resolved->registry_error->id, "registry-unreachable");
  EXPECT_TRUE(world.resolve("ghcr.io/a/b:v0.12.3", digest('2')));

  const auto made_here = world.resolve("mine:v1", "latest");
  ASSERT_TRUE(made_here);
  EXPECT_EQ(to_string(made_here->reference), "mine:latest");
  EXPECT_EQ(made_here->image_id, digest('d'));
  EXPECT_EQ(to_string(*made_here->version), "0.12.4");
  EXPECT_EQ(world.resolve("mine:v1", "main").error().id, "registry-unreachable");
}

TEST(Resolve, RespectsThePin) {
  World world;
  world.images = {{"v0.12.4", image('1')}, {"latest", image('2', "0.13.0")}, {"main", image('3', "main")}};
  EXPECT_TRUE(world.resolve("ghcr.io/a/b:x", "v0.12.4", "0.12"));
  EXPECT_TRUE(world.resolve("ghcr.io/a/b:x", "main", "main"));
  EXPECT_TRUE(world.resolve("ghcr.io/a/b:x", "latest", "0.13"));
  EXPECT_TRUE(world.resolve("ghcr.io/a/b:x", "latest", digest('2')));
  const auto refused = world.resolve("ghcr.io/a/b:x", "latest", "0.12");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "version-pinned");
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_THAT(refused.error().what, HasSubstr("It is 0.13.0, and the configuration pins this deployment to 0.12."));
  EXPECT_THAT(world.resolve("ghcr.io/a/b:x", "main", "0.12").error().what, HasSubstr("not known"));
  EXPECT_EQ(world.resolve("ghcr.io/a/b:x", "v0.12.4", digest('9')).error().id, "version-pinned");
}

}  // namespace
}  // namespace liftlock::registry
