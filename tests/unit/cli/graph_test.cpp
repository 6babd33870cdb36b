#include "cli/commands/graph.hpp"

#include <gtest/gtest.h>

#include "migration/openwebui/chain.hpp"

namespace liftlock::cli {
namespace {

TEST(RevisionJson, NamesEveryStepThatAnUpgradeCanTake) {
  for (const auto& steps : {migration::openwebui::peewee_migrations(), migration::openwebui::alembic_revisions()}) {
    for (const migration::Revision* step : steps) {
      const Json json = revision_json(*step);
      EXPECT_EQ(json.at("revision"), std::string(step->id));
      EXPECT_EQ(json.at("message"), std::string(step->message));
      EXPECT_EQ(json.at("head"), step == migration::openwebui::alembic_revisions().back());
    }
  }
}

}  // namespace
}  // namespace liftlock::cli
