#include "migration/script/stamp.hpp"

#include <gmock/gmock.h>

#include "support/sqlite_file.hpp"

namespace liftlock::migration::script {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::need;
using Names = std::vector<std::string>;

/// a1 ← b1 ← c1, and beside it a1 ← b2; d0 stands alone.
RevisionMap map() {
  std::vector<Script> scripts;
  const auto add = [&](std::string id, Names down) {
    Script& script = scripts.emplace_back();
    script.revision = std::move(id);
    script.down_revisions = std::move(down);
  };
  add("aaaa", {});
  add("bbb1", {"aaaa"});
  add("ccc1", {"bbb1"});
  add("bbb2", {"aaaa"});
  add("dddd", {});
  return need(RevisionMap::of(std::move(scripts)));
}

TEST(Stamp, MovesTheRowOfTheSameLine) {
  EXPECT_THAT(need(stamped(map(), {"ccc1"}, {"aaaa"})), ElementsAre("ccc1"));
  EXPECT_THAT(need(stamped(map(), {"aaaa"}, {"ccc1"})), ElementsAre("aaaa"));
  EXPECT_THAT(need(stamped(map(), {"bbb1"}, {"bbb1"})), ElementsAre("bbb1"));
}

TEST(Stamp, BranchesHaveARowEach) {
  EXPECT_THAT(need(stamped(map(), {"ccc1"}, {"bbb2"})), ElementsAre("bbb2", "ccc1"));
  EXPECT_THAT(need(stamped(map(), {"ccc1", "bbb2"}, {"aaaa"})), ElementsAre("bbb2", "ccc1"));
  EXPECT_THAT(need(stamped(map(), {"aaaa"}, {"bbb2", "ccc1", "dddd"})), ElementsAre("aaaa", "dddd"));
  EXPECT_THAT(need(stamped(map(), {"heads"}, {})), ElementsAre("bbb2", "ccc1", "dddd"));
}

TEST(Stamp, BaseTakesAwayItsBranch) {
  EXPECT_THAT(need(stamped(map(), {"base"}, {"bbb2", "dddd"})), IsEmpty());
  EXPECT_THAT(need(stamped(map(), {"dddd@base"}, {"bbb2", "dddd"})), ElementsAre("bbb2"));
}

TEST(Stamp, RefusesNamesThatMeanNothing) {
  EXPECT_EQ(stamped(map(), {"nope"}, {}).error().id, "revision-unknown");
  EXPECT_EQ(stamped(map(), {"head"}, {}).error().id, "several-heads");
  EXPECT_EQ(stamped(map(), {"aaaa"}, {"gone"}).error().id, "revision-unknown");
}

}  // namespace
}  // namespace liftlock::migration::script
