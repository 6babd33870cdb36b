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

std::string ids(std::string_view range, std::string_view current = "cc33") {
  const Result<Chain> selected = range_of(chain(), range, current);
  if (!selected) return selected.error().id;
  std::string text;
  for (const Revision* revision : *selected) text += (text.empty() ? "" : " ") + std::string(revision->id);
  return text;
}

/// Each of these was asked of the real Alembic.
TEST(Range, IncludesBothEnds) {
  EXPECT_EQ(ids(":"), "aa11 ab22 cc33 dd44 ee55");
  EXPECT_EQ(ids("ab22:dd44"), "ab22 cc33 dd44");
  EXPECT_EQ(ids("cc33:cc33"), "cc33");
  EXPECT_EQ(ids("base:ab22"), "aa11 ab22");
  EXPECT_EQ(ids("head:"), "ee55");
  EXPECT_EQ(ids("heads:heads"), "ee55");
  EXPECT_EQ(ids(":cc"), "aa11 ab22 cc33");
}

TEST(Range, RelativeEnds) {
  EXPECT_EQ(ids("-3:"), "ab22 cc33 dd44 ee55");
  EXPECT_EQ(ids("aa11:+2"), "aa11 ab22 cc33");
  EXPECT_EQ(ids("base:+2"), "aa11 ab22");
  EXPECT_EQ(ids("current:+1"), "cc33 dd44");
  EXPECT_EQ(ids("-1:current"), "ab22 cc33");
}

TEST(Range, Errors) {
  EXPECT_EQ(ids("abc"), "range-invalid");
  EXPECT_EQ(ids("a:b:c"), "range-invalid");
  EXPECT_EQ(ids("dd44:aa11"), "range-invalid");
  EXPECT_EQ(ids("aa11:base"), "range-invalid");
  EXPECT_EQ(ids("nope:"), "revision-unknown");
  EXPECT_EQ(ids("+2:head"), "revision-unknown");
  EXPECT_EQ(ids("a:"), "revision-ambiguous");
  EXPECT_EQ(ids("-9:"), "range-invalid");
  EXPECT_EQ(ids("dd44:+9"), "range-invalid");
}

TEST(Range, OfADatabaseAtTheBase) { EXPECT_EQ(ids(":current", ""), ""); }

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
