#include "migration/drift.hpp"

#include <gmock/gmock.h>

#include "database/sqlite_schema.hpp"
#include "support/sqlite_file.hpp"

namespace liftlock::migration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::need;

SqliteChain chain;
constexpr const char* head = "0bd252b206fb";

std::vector<std::string> objects(const std::vector<database::SchemaDifference>& differences) {
  std::vector<std::string> names;
  for (const auto& difference : differences) names.push_back(difference.object);
  return names;
}

DatabaseState state(Lineage lineage, std::string revision) {
  DatabaseState made;
  made.lineage = lineage;
  made.peewee_migrations = lineage == Lineage::peewee ? 18 : 0;
  made.revision = std::move(revision);
  return made;
}

TEST(Drift, IsWhatTheRevisionDoesNotSay) {
  database::Schema schema = need(expected_schema(Lineage::alembic, {18, head}));
  EXPECT_THAT(need(find_drift(schema, state(Lineage::alembic, head), chain)).differences, IsEmpty());
  schema.tables.at("chat").column("title")->type = "BIGINT";
  schema.tables["mine"].name = "mine";
  EXPECT_THAT(objects(need(find_drift(schema, state(Lineage::alembic, head), chain)).differences),
              ElementsAre("chat/column/title", "mine/table"));
}

TEST(Drift, LeftoversAreKnownWhereNoReleaseLooksAtThem) {
  database::Schema schema = need(expected_schema(Lineage::peewee, {18, head}));
  for (const char* table : {"document", "chatidtag", "migratehistory"}) schema.tables.erase(table);
  schema.tables["config_old"].name = "config_old";
  const Drift drift = need(find_drift(schema, state(Lineage::peewee, head), chain));
  EXPECT_THAT(drift.differences, IsEmpty());
  EXPECT_FALSE(drift.known.empty());
  EXPECT_EQ(leftover_table("document", "ca81bd47c050"), "");
  EXPECT_EQ(leftover_table("chat", head), "");
}

TEST(Drift, WhatAWayDownLeavesIsKnown) {
  const DatabaseState above = state(Lineage::peewee, head);
  const Path path = need(plan_downgrade(above, "9f0c9cd09105"));
  const database::Schema schema = need(expected_schema_below(above, path));
  const Drift drift = need(find_drift(schema, state(Lineage::peewee, "9f0c9cd09105"), chain));
  EXPECT_THAT(objects(drift.differences), IsEmpty());
  EXPECT_FALSE(drift.known.empty());
}

TEST(Obstacles, EachRevisionIsNearestToItself) {
  for (const Lineage lineage : {Lineage::peewee, Lineage::alembic}) {
    for (const char* revision : {"b10670c03dd5", head}) {
      const database::Schema schema = need(expected_schema(lineage, {18, revision}));
      EXPECT_THAT(need(obstacles_to(schema, lineage, revision, chain)), IsEmpty()) << revision;
      const Likeness nearest = need(nearest_revisions(schema, lineage, chain));
      EXPECT_EQ(nearest.differences, 0U) << revision;
      EXPECT_THAT(nearest.revisions, ::testing::Contains(revision));
    }
  }
}

TEST(Obstacles, AUsersOwnTablesAreNone) {
  database::Schema schema = need(expected_schema(Lineage::alembic, {18, head}));
  schema.tables["mine"].name = "mine";
  EXPECT_THAT(need(obstacles_to(schema, Lineage::alembic, head, chain)), IsEmpty());
}

TEST(Obstacles, WhatBelongsToAnotherRevisionIsOne) {
  database::Schema schema = need(expected_schema(Lineage::alembic, {18, "3ff2c63645b8"}));
  EXPECT_THAT(objects(need(obstacles_to(schema, Lineage::alembic, "461111b60977", chain))), ::testing::Not(IsEmpty()));
  EXPECT_THAT(objects(need(obstacles_to(schema, Lineage::alembic, "", chain))), ::testing::Contains("chat/table"));
}

}  // namespace
}  // namespace liftlock::migration
