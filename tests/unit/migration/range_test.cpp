#include "migration/range.hpp"

#include <gtest/gtest.h>

#include <array>

namespace liftlock::migration {
namespace {

Revision revision(std::string_view id, std::string_view down_revision) {
  Revision made{};
  made.id = id;
  made.down_revision = down_revision;
  return made;
}

Chain chain() {
  static const std::array<Revision, 5> revisions{revision("aa11", ""), revision("ab22", "aa11"),
                                                 revision("cc33", "ab22"), revision("dd44", "cc33"),
                                                 revision("ee55", "dd44")};
  static const std::array<const Revision*, 5> pointers{&revisions[0], &revisions[1], &revisions[2], &revisions[3],
                                                       &revisions[4]};
  return pointers;
}

TEST(UpgradeTarget, TakesNamesAndSteps) {
  EXPECT_EQ(upgrade_target(chain(), "head", "cc33"), 5U);
  EXPECT_EQ(upgrade_target(chain(), "dd", "cc33"), 4U);
  EXPECT_EQ(upgrade_target(chain(), "+1", "cc33"), 4U);
  EXPECT_EQ(upgrade_target(chain(), "+2", ""), 2U);
  EXPECT_EQ(upgrade_target(chain(), "+3", "cc33").error().id, "revision-relative");
  EXPECT_EQ(upgrade_target(chain(), "-1", "cc33").error().id, "revision-unknown");
  EXPECT_EQ(upgrade_target(chain(), "", "cc33").error().id, "revision-unknown");
}

}  // namespace
}  // namespace liftlock::migration
