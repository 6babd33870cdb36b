#include "migration/openwebui/chain.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::openwebui {
namespace {

TEST(Chain, IsOneLineFromBaseToHead) {
  const auto revisions = alembic_revisions();
  ASSERT_EQ(revisions.size(), 66U);
  std::string_view down;
  for (const Revision* revision : revisions) {
    EXPECT_EQ(revision->down_revision, down) << revision->id;
    down = revision->id;
  }
  EXPECT_EQ(down, "0bd252b206fb");
}

TEST(Chain, HasEighteenNumberedPeeweeMigrations) {
  const auto migrations = peewee_migrations();
  ASSERT_EQ(migrations.size(), 18U);
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    EXPECT_EQ(std::stoul(std::string(migrations[i]->id.substr(0, 3))), i + 1);
  }
}

}  // namespace
}  // namespace liftlock::migration::openwebui
