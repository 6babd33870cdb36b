#include "migration/openwebui/python_text.hpp"
#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view first = "1af9b942657b";
constexpr std::string_view last = "3ab32c4b8f59";

TEST(PythonLower, IsThatOfUnicode) {
  EXPECT_EQ(lower("ABC xyz_09"), "abc xyz_09");
  EXPECT_EQ(lower("ÀÉÎŐŽ ẞ ЖДУ ΑΒΓ Ǆ Ａ 𐐀"), "àéîőž ß жду αβγ ǆ ａ 𐐨");
  EXPECT_EQ(lower("ΟΔΟΣ Σ ΣΑΣ, ΑΣ."), "οδος σ σας, ας.");
  EXPECT_EQ(lower("İ"), "i\u0307");
  EXPECT_EQ(lower("A\xff\xc3"), "a\xff\xc3");
}

class Tags : public RevisionTest {
 protected:
  void given_chat(const std::string& id) {
    given("INSERT INTO chat VALUES ('" + id + "', 'ann', '', '{}', NULL, 0, 1, 2)");
  }
};

TEST_F(Tags, AreKnownByTheirNameInLowerCase) {
  given_peewee(R"sql(INSERT INTO tag VALUES ('1', 'Big Idea', 'ann', NULL), ('2', 'ÉTÉ', 'ann', 'null'),
                     ('3', 'pinned', 'ann', NULL), ('4', 'x', 'bob', NULL))sql");
  migrate(first, last);
  EXPECT_THAT(rows("SELECT * FROM tag ORDER BY id"),
              ElementsAre("'big_idea'|'Big Idea'|'ann'|NULL", "'x'|'x'|'bob'|NULL", "'été'|'ÉTÉ'|'ann'|NULL"));
  EXPECT_THAT(rows("SELECT sql FROM sqlite_schema WHERE tbl_name = 'tag' AND type = 'index'"),
              ElementsAre("NULL"));  // of the primary key alone
  EXPECT_THAT(rows("SELECT name FROM pragma_table_info('tag') WHERE pk > 0 ORDER BY pk"),
              ElementsAre("'id'", "'user_id'"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(Tags, OfTwoUsersStayApartAlsoWhereTheChainEndsBetween) {
  given_peewee(
      "INSERT INTO tag VALUES ('1', 'work', 'ann', NULL), ('2', 'Work', 'bob', NULL), ('3', 'WORK', 'ann', '{\"n\": "
      "1}')");
  for (const std::string_view end : {first, last}) {
    migrate(first, end);
    EXPECT_THAT(rows("SELECT id, name, user_id FROM tag ORDER BY user_id"),
                ElementsAre("'work'|'work'|'ann'", "'work'|'Work'|'bob'"));
  }
  EXPECT_EQ(noted("duplicate-tag"), 2);  // 1 a run
  EXPECT_EQ(noted("tag-data"), 2);
  EXPECT_EQ(environment_.quarantined.front().value, "{\"n\": 1}");
}

TEST_F(Tags, SurviveASecondRun) {
  given_peewee("INSERT INTO tag VALUES ('1', 'work', 'ann', NULL); CREATE TABLE _alembic_tmp_tag (id TEXT)");
  given_chat("c");
  given("INSERT INTO chatidtag VALUES ('1', 'work', 'c', 'ann', 1)");
  migrate(first);
  std::filesystem::copy_file(result_, source_, std::filesystem::copy_options::overwrite_existing);
  migrate(first, last);
  EXPECT_THAT(rows("SELECT * FROM tag"), ElementsAre("'work'|'work'|'ann'|NULL"));
  EXPECT_THAT(rows("SELECT name FROM sqlite_schema WHERE name LIKE '!_alembic!_tmp%' ESCAPE '!'"), IsEmpty());
  EXPECT_THAT(rows("SELECT meta, pinned FROM chat"), ElementsAre(R"('{"tags": ["work"]}'|0)"));
}

TEST_F(Tags, OfTheAlembicLineageMayLackNameAndUser) {
  given_peewee(
      "DROP TABLE tag; CREATE TABLE tag (id VARCHAR NOT NULL, name VARCHAR, user_id VARCHAR, data TEXT, PRIMARY KEY "
      "(id));"
      "INSERT INTO tag VALUES ('1', NULL, 'ann', NULL), ('2', 'Two', NULL, NULL), ('3', 'two', 'bob', NULL)");
  migrate(first, last);
  EXPECT_THAT(rows("SELECT * FROM tag ORDER BY id, user_id"),
              ElementsAre("'1'|NULL|'ann'|NULL", "'two'|'Two'|NULL|NULL", "'two'|'two'|'bob'|NULL"));
  EXPECT_THAT(rows("SELECT name, \"notnull\", pk FROM pragma_table_info('tag') WHERE pk"),
              ElementsAre("'id'|1|1", "'user_id'|0|2"));
}

TEST_F(Tags, OfChatsMoveIntoTheirMeta) {
  given_peewee("");
  for (const char* id : {"both", "none", "pinned", "tags"}) given_chat(id);
  given(
      R"sql(INSERT INTO chatidtag VALUES ('1', 'Zoo', 'tags', 'ann', 1), ('2', 'a b', 'tags', 'ann', 1), ('3', 'A b', 'tags', 'ann', 1),
              ('4', 'pinned', 'both', 'ann', 1), ('5', 'zoo', 'both', 'ann', 1), ('6', 'Pinned', 'pinned', 'ann', 1),
              ('7', 'lost', 'gone', 'ann', 1))sql");
  migrate(first, last);
  EXPECT_THAT(rows("SELECT id, pinned, meta FROM chat ORDER BY id"),
              ElementsAre(R"('both'|1|'{"tags": ["zoo"]}')", "'none'|NULL|'{}'", "'pinned'|1|'{}'",
                          R"('tags'|0|'{"tags": ["zoo", "a_b"]}')"));
  EXPECT_THAT(rows("SELECT count(*) FROM chatidtag"), ElementsAre("7"));
}

TEST_F(Tags, FailWithWordsWhereTheirTableIsMissing) {
  given("CREATE TABLE chat (id TEXT, chat JSON)");
  Path path;
  path.alembic.push_back(&revision_3ab32c4b8f59());
  const Result<void> built = build_migrated(source_, result_, path, {}, environment_);
  ASSERT_FALSE(built);
  EXPECT_THAT(built.error().what, ::testing::HasSubstr("there is no table tag"));
  EXPECT_FALSE(std::filesystem::exists(result_));
}

TEST_F(Tags, OfAChatMayBeThousands) {
  given_peewee("");
  given_chat("c");
  given(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
      "INSERT INTO chatidtag SELECT i, 'Tag ' || (i % 2500), 'c', 'ann', 1 FROM n");
  migrate(first, last);
  EXPECT_THAT(rows("SELECT json_array_length(meta, '$.tags'), meta ->> '$.tags[0]' FROM chat"),
              ElementsAre("2500|'tag_1'"));
}

}  // namespace
}  // namespace liftlock::migration::openwebui
