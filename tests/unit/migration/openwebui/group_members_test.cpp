#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view revision = "37f288994c47";
constexpr std::string_view tables = R"sql(
CREATE TABLE "user" ("id" VARCHAR(255) NOT NULL, "name" TEXT); CREATE UNIQUE INDEX user_id ON "user" (id);
INSERT INTO "user" VALUES ('ann', ''), ('bob', ''), ('eve', '');
CREATE TABLE "group" (id TEXT NOT NULL, user_id TEXT, user_ids JSON, PRIMARY KEY (id), UNIQUE (id));
)sql";
const std::string members = "SELECT group_id, user_id FROM group_member ORDER BY 1, 2";

class GroupMembers : public RevisionTest {
 protected:
  void SetUp() override { given(tables); }
};

TEST_F(GroupMembers, BecomeRows) {
  given(R"sql(INSERT INTO "group" VALUES ('g', 'ann', '["ann", "bob"]'), ('h', 'ann', '["eve"]'), ('i', 'ann', '[]'),
              ('j', NULL, NULL), ('k', NULL, 'null'), ('l', 'ann', '"[\"bob\"]"'))sql");
  migrate(revision);
  EXPECT_THAT(rows(members), ElementsAre("'g'|'ann'", "'g'|'bob'", "'h'|'eve'", "'l'|'bob'"));
  EXPECT_THAT(rows("SELECT count(DISTINCT id), min(length(id)), min(created_at), max(updated_at) FROM group_member"),
              ElementsAre("4|36|1790000000|1790000000"));
  EXPECT_THAT(rows("SELECT * FROM \"group\" WHERE id = 'g'"), ElementsAre("'g'|'ann'"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(GroupMembers, CountOnceAndOnlyWhereTheUserIsThere) {
  given(R"sql(INSERT INTO "group" VALUES ('g', '', '["ann", "ann", "gone", "bob", 7, null, "ann"]'))sql");
  migrate(revision);
  EXPECT_THAT(rows(members), ElementsAre("'g'|'ann'", "'g'|'bob'"));
  EXPECT_EQ(noted("duplicate-group-member"), 2);
  EXPECT_EQ(noted("deleted-group-member"), 1);
  EXPECT_EQ(noted("invalid-group-member"), 2);
}

TEST_F(GroupMembers, GoToTheQuarantineWhereTheirListCannotBeRead) {
  given(
      R"sql(INSERT INTO "group" VALUES ('a', '', '["ann"'), ('b', '', '{"ann": 1}'), ('c', '', '"ann"'), ('d', '', '{}'),
              ('e', '', ''), ('f', '', 7))sql");
  migrate(revision);
  EXPECT_THAT(rows(members), IsEmpty());
  EXPECT_EQ(noted("unreadable-group-members"), 4);
  ASSERT_EQ(environment_.quarantined.size(), 4U);
  EXPECT_EQ(environment_.quarantined[0].key + environment_.quarantined[0].value, "a[\"ann\"");
  EXPECT_EQ(environment_.quarantined[3].value, "7");
}

TEST_F(GroupMembers, AreMovedEvenIfTheTableIsThereAlready) {
  given(R"sql(
    CREATE TABLE group_member (id TEXT NOT NULL, group_id TEXT NOT NULL, user_id TEXT NOT NULL, created_at BIGINT,
      updated_at BIGINT, PRIMARY KEY (id), CONSTRAINT uq_group_member_group_user UNIQUE (group_id, user_id), UNIQUE (id));
    INSERT INTO group_member VALUES ('m', 'g', 'ann', 1, 1);
    INSERT INTO "group" VALUES ('g', '', '["ann", "bob"]'))sql");
  migrate(revision);
  EXPECT_THAT(rows(members), ElementsAre("'g'|'ann'", "'g'|'bob'"));
  EXPECT_THAT(rows("SELECT id, created_at FROM group_member WHERE user_id = 'ann'"), ElementsAre("'m'|1"));
  EXPECT_THAT(rows("SELECT name FROM pragma_table_info('group')"), ElementsAre("'id'", "'user_id'"));
}

}  // namespace
}  // namespace liftlock::migration::openwebui
