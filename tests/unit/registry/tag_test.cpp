#include "registry/tag.hpp"

#include <gmock/gmock.h>

namespace liftlock::registry {
namespace {

using Kind = Tag::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(Tag, IsAReleaseASeriesAChannelACommitOrSomethingElse) {
  struct Case {
    const char* text;
    Kind kind;
    const char* base;
    const char* variant;
  };
  for (const Case& one : std::initializer_list<Case>{{"v0.12.4", Kind::release, "v0.12.4", ""},
                                                     {"0.12.4", Kind::release, "0.12.4", ""},
                                                     {"v0.6.18-ollama", Kind::release, "v0.6.18", "ollama"},
                                                     {"0.6.18-cuda126", Kind::release, "0.6.18", "cuda126"},
                                                     {"0.12", Kind::series, "0.12", ""},
                                                     {"v0.12-slim", Kind::series, "v0.12", "slim"},
                                                     {"0", Kind::series, "0", ""},
                                                     {"latest", Kind::channel, "latest", ""},
                                                     {"latest-slim", Kind::channel, "latest", "slim"},
                                                     {"main-cuda", Kind::channel, "main", "cuda"},
                                                     {"cuda", Kind::channel, "main", "cuda"},
                                                     {"ollama", Kind::channel, "main", "ollama"},
                                                     {"dev", Kind::channel, "dev", ""},
                                                     {"git-1a2b3c4", Kind::commit, "git-1a2b3c4", ""},
                                                     {"git-1a2b3c4-cuda", Kind::commit, "git-1a2b3c4", "cuda"},
                                                     {"git-flow", Kind::other, "git-flow", ""},
                                                     {"v0.12.4-rc1", Kind::other, "v0.12.4-rc1", ""},
                                                     {"team-cuda", Kind::other, "team-cuda", ""},
                                                     {"1.2.3.4", Kind::other, "1.2.3.4", ""},
                                                     {"", Kind::other, "", ""}}) {
    const Tag tag = read_tag(one.text);
    EXPECT_EQ(tag.kind, one.kind) << one.text;
    EXPECT_EQ(tag.base, one.base) << one.text;
    EXPECT_EQ(tag.variant, one.variant) << one.text;
    EXPECT_EQ(tag.text, one.text);
  }
  EXPECT_EQ(to_string(read_tag("v0.6.18-ollama").version), "0.6.18");
}

TEST(Tag, OfAReleaseIsWrittenInTwoWays) {
  EXPECT_THAT(tags_for("v0.12.4", "cuda"), ElementsAre("v0.12.4-cuda", "0.12.4-cuda"));
  EXPECT_THAT(tags_for("0.12.4", ""), ElementsAre("0.12.4", "v0.12.4"));
  EXPECT_THAT(tags_for("latest", "slim"), ElementsAre("latest-slim"));
  EXPECT_THAT(tags_for("main", "cuda"), ElementsAre("main-cuda", "cuda"));
  EXPECT_THAT(tags_for("main", ""), ElementsAre("main"));
}

TEST(Pin, AllowsWhatItNames) {
  const auto version = release::Version::parse("0.12.4");
  for (const char* pin : {"", "0", "0.12", "v0.12", "0.12.4", "v0.12.4", "v0.12.4-cuda"})
    EXPECT_TRUE(pin_allows(pin, read_tag("v0.12.4-cuda"), std::nullopt)) << pin;
  for (const char* pin : {"1", "0.1", "0.12.3", "0.12.40", "main", "v0.12.4-slim"})
    EXPECT_FALSE(pin_allows(pin, read_tag("v0.12.4-cuda"), std::nullopt)) << pin;
  EXPECT_TRUE(pin_allows("0.12", read_tag("latest"), version));
  EXPECT_FALSE(pin_allows("0.11", read_tag("latest"), version));
  EXPECT_FALSE(pin_allows("0.12", read_tag("main"), std::nullopt)) << "nobody knows which release it is";
  EXPECT_TRUE(pin_allows("main", read_tag("main-cuda"), std::nullopt));
}

TEST(NearTags, AreTheReleasesNextToItInTheSameVariant) {
  const std::vector<std::string> tags = {"v0.12.2", "v0.12.3",      "v0.12.4",     "0.12.4",  "v0.12.4-cuda",
                                         "v0.13.0", "v0.13.0-cuda", "git-1234567", "latest",  "latest-slim",
                                         "main",    "main-cuda",    "v0.9.0",      "v0.10.0", "custom"};
  EXPECT_THAT(near_tags("v0.12.9", "", tags, 2), ElementsAre("v0.12.4", "v0.13.0"));
  EXPECT_THAT(near_tags("v0.12.9", "cuda", tags, 2), ElementsAre("v0.12.4-cuda", "v0.13.0-cuda"));
  EXPECT_THAT(near_tags("v0.99.0", "", tags), Contains("v0.13.0"));
  EXPECT_THAT(near_tags("v0.12", "", tags, 3), ElementsAre("v0.12.4", "v0.12.3", "v0.12.2"));
  EXPECT_THAT(near_tags("lastest", "", tags), ElementsAre("latest"));
  EXPECT_THAT(near_tags("mian", "cuda", tags), Contains("main-cuda"));
  EXPECT_THAT(near_tags("costum", "", tags), ElementsAre("custom"));
  EXPECT_THAT(near_tags("git-1234568", "", tags), Not(Contains("git-1234567")));
  EXPECT_THAT(near_tags("zzzzzz", "", tags), IsEmpty());
}

TEST(Variant, IsWhatATagEndsIn) {
  for (const char* plain : {"v0.6.18", "main", "", "git-1a2b3c4", "mine"}) EXPECT_EQ(variant_of(plain), "");
  EXPECT_EQ(variant_of("v0.6.18-cuda"), "cuda");
  EXPECT_EQ(variant_of("main-cuda126"), "cuda126");
  EXPECT_EQ(variant_of("ollama"), "ollama");
  EXPECT_EQ(variant_of("git-1a2b3c4-slim"), "slim");
  EXPECT_EQ(variant_of("mine-slim"), "slim");
}

}  // namespace
}  // namespace liftlock::registry
