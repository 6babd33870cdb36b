#include "registry/offers.hpp"

#include <gmock/gmock.h>

#include <map>

namespace liftlock::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string digest(char c) { return "sha256:" + std::string(64, c); }

/// Tags with their images; counts what is looked up.
struct World {
  std::map<std::string, Image> images;
  std::optional<Error> error;
  std::vector<std::string> looked_up;
  std::vector<LocalImage> local;
  OfferQuestion question{.repository = parse_reference("ghcr.io/a/b").value(), .variant = {}, .in_use = {}};

  void add(const std::string& tag, char c, const std::string& version = {}) {
    images[tag] = {.digest = digest(c), .id = {}, .version = version, .created = "then", .bytes = 0};
  }

  Result<Offers> list() {
    class Table final : public Repository {
     public:
      explicit Table(World& world) : world_(world) {}
      Result<std::vector<std::string>> tags() override {
        std::vector<std::string> tags;
        for (const auto& [tag, image] : world_.images) tags.push_back(tag);
        return tags;
      }
      Result<std::optional<std::string>> digest_of(std::string_view tag) override {
        const auto found = TRY(image(tag));
        return found ? std::optional(found->digest) : std::nullopt;
      }
      Result<std::optional<Image>> image(std::string_view tag) override {
        world_.looked_up.emplace_back(tag);
        const auto found = world_.images.find(std::string(tag));
        return found == world_.images.end() ? std::nullopt : std::optional(found->second);
      }

     private:
      World& world_;
    };
    const Repositories open = [this](const Reference&) -> Result<std::unique_ptr<Repository>> {
      if (error) return std::unexpected(*error);
      return std::make_unique<Table>(*this);
    };
    return list_offers(question, open, local);
  }
};

std::vector<std::string> tags_of(const std::vector<Offer>& offers) {
  std::vector<std::string> tags;
  for (const Offer& offer : offers) tags.push_back(offer.tag.text + (offer.deployed ? "!" : ""));
  return tags;
}

World usual() {
  World world;
  world.add("v0.9.6", '1');
  world.add("v0.10.0", '2');
  world.add("0.10.0", '2');
  world.add("v0.10.0-cuda", '3');
  world.add("main", '4', "main");
  world.add("latest", '2', "0.10.0");
  world.add("cuda", '5', "main");
  world.add("main-cuda", '5', "main");
  world.add("git-1234567", '6');
  world.add("nightly", '7');
  world.add("0.10", '2');
  return world;
}

TEST(Offers, AreSortedAndEachIsThereOnce) {
  World world = usual();
  const auto offers = world.list();
  ASSERT_TRUE(offers);
  EXPECT_THAT(tags_of(offers->channels), ElementsAre("latest", "main"));
  EXPECT_THAT(tags_of(offers->releases), ElementsAre("v0.10.0", "v0.9.6"));
  EXPECT_EQ(to_string(*offers->channels[0].version), "0.10.0");
  EXPECT_EQ(offers->channels[1].version, std::nullopt);
  EXPECT_EQ(offers->channels[1].digest, digest('4'));
  EXPECT_EQ(offers->channels[1].created, "then");
  EXPECT_THAT(world.looked_up, ElementsAre("latest", "main")) << "releases cost nothing where nothing is deployed";

  world.question.variant = "cuda";
  EXPECT_THAT(tags_of(world.list()->channels), ElementsAre("main-cuda"));
  world.question.in_use.tag = "cuda";
  EXPECT_THAT(tags_of(world.list()->channels), ElementsAre("cuda"));
  world.question.every_variant = true;
  world.question.limit = 2;
  EXPECT_THAT(tags_of(world.list()->releases), ElementsAre("v0.10.0", "v0.10.0-cuda"));
  EXPECT_EQ(world.list()->older, 1U);
}

TEST(Offers, WhatIsDeployedIsKnownByItsDigest) {
  World world = usual();
  world.question.in_use = {.tag = "0.10.0", .digests = {digest('2')}, .version = {}};
  EXPECT_THAT(tags_of(world.list()->releases), ElementsAre("0.10.0!", "v0.9.6")) << "by the name that it has";
  EXPECT_THAT(world.looked_up, ElementsAre("latest", "main", "0.10.0"));
  EXPECT_THAT(tags_of(world.list()->channels), ElementsAre("latest!", "main"));

  world.looked_up.clear();
  world.question.in_use = {.tag = "main", .digests = {digest('1')}, .version = release::Version::parse("v0.9.6")};
  const auto offers = world.list();
  EXPECT_THAT(tags_of(offers->releases), ElementsAre("v0.10.0", "v0.9.6!"));
  EXPECT_THAT(tags_of(offers->channels), ElementsAre("latest", "main")) << "main has moved on";
  EXPECT_THAT(world.looked_up, ElementsAre("latest", "main", "v0.9.6")) << "what the program says is asked first";

  world.question.in_use = {.tag = "main", .digests = {digest('4')}, .version = release::Version::parse("0.9.7")};
  EXPECT_EQ(to_string(*world.list()->channels[1].version), "0.9.7") << "its label says main";

  world.question.in_use = {.tag = {}, .digests = {digest('9')}, .version = {}};
  EXPECT_THAT(tags_of(world.list()->releases), ElementsAre("v0.10.0", "v0.9.6"));
}

TEST(Offers, AreTheEnginesImagesWhereTheRegistryDoesNotAnswer) {
  World world = usual();
  world.error = failure("registry-unreachable", {}, {}).error();
  EXPECT_EQ(world.list().error().id, "registry-unreachable");
  world.local = {
      {.id = digest('e'),
       .tags = {"ghcr.io/a/b:v0.9.6", "ghcr.io/a/b:main", "other:v0.9.5", "ghcr.io/a/b:v0.9.6-cuda"},
       .digests = {"ghcr.io/a/b@" + digest('1')},
       .labelled_version = "0.9.6",
       .created = "then"},
      {.id = digest('d'), .tags = {"ghcr.io/a/b:v0.9.5"}, .digests = {}, .labelled_version = {}, .created = {}}};
  world.question.in_use.digests = {digest('1')};
  const auto offers = world.list();
  ASSERT_TRUE(offers);
  EXPECT_EQ(offers->registry_error->id, "registry-unreachable");
  EXPECT_THAT(tags_of(offers->releases), ElementsAre("v0.9.6!", "v0.9.5"));
  EXPECT_THAT(tags_of(offers->channels), ElementsAre("main!"));
  EXPECT_EQ(to_string(*offers->channels[0].version), "0.9.6");
  EXPECT_THAT(world.looked_up, IsEmpty());
  world.question.in_use = {.tag = "v0.9.5", .digests = {}, .version = {}};
  EXPECT_THAT(tags_of(world.list()->releases), ElementsAre("v0.9.6", "v0.9.5!")) << "made here: by its name";
}

}  // namespace
}  // namespace liftlock::registry
