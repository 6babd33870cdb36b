#include "deployment/handover.hpp"

#include <gtest/gtest.h>

namespace liftlock::deployment {
namespace {

Handover example() {
  return {.name = "open-webui",
          .old_id = "old",
          .old_kept_name = "open-webui.liftlock-1-before",
          .new_id = "new",
          .new_first_name = "open-webui.liftlock-1-new",
          .new_aside_name = "open-webui.liftlock-1-failed",
          .makes = false,
          .target = {.wanted = "latest",
                     .version = "0.12.4",
                     .name = "open-webui:latest",
                     .digest = "sha256:2",
                     .id = "sha256:1",
                     .digests = {"open-webui@sha256:2"},
                     .bytes = 1'600'000'000,
                     .registry_error = "Looking up open-webui:latest: It does not answer.",
                     .displaced_id = "sha256:3",
                     .deployed_name = "open-webui:main",
                     .deployed_id = "sha256:3"},
          .policy = {"on-failure", 3},
          .ran = false,
          .answered = false};
}

TEST(Handover, SurvivesTheJournal) {
  const auto json = to_json(example());
  const auto back = handover_from(nlohmann::ordered_json::parse(json.dump()));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), json);
  EXPECT_EQ(back->policy.most, 3);
  EXPECT_EQ(back->target.digests, example().target.digests);
  EXPECT_EQ(back->target.displaced_id, "sha256:3");
  EXPECT_FALSE(back->makes || back->ran || back->answered);
}

TEST(Handover, WithoutAnythingIsAnError) {
  auto json = to_json(example());
  for (const char* member : {"name", "old", "new", "target", "policy", "ran", "answered"}) {
    auto less = json;
    less.erase(member);
    const auto read = handover_from(less);
    ASSERT_FALSE(read) << member;
    EXPECT_EQ(read.error().id, "journal-unknown");
  }
}

TEST(Target, IsDeployedWhereTheImageIsTheSame) {
  Target target = example().target;
  EXPECT_FALSE(target.is_deployed());
  target.deployed_id = target.id;
  EXPECT_TRUE(target.is_deployed());
  target.id.clear();
  target.deployed_id.clear();
  EXPECT_FALSE(target.is_deployed());
}

}  // namespace
}  // namespace liftlock::deployment
