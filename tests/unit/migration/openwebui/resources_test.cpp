#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class KnowledgeFiles : public RevisionTest {
 protected:
  void SetUp() override {
    given(R"sql(CREATE TABLE knowledge (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, data JSON, name TEXT);
      CREATE TABLE file (id TEXT NOT NULL); CREATE UNIQUE INDEX file_id ON file (id); INSERT INTO file VALUES ('f'), ('g'))sql");
  }
};
const std::string links = "SELECT user_id, knowledge_id, file_id, created_at FROM knowledge_file ORDER BY 2, 3";

TEST_F(KnowledgeFiles, BecomeRows) {
  given(
      R"sql(INSERT INTO knowledge VALUES ('k', 'ann', '{"file_ids": ["f", "g"]}', ''), ('l', 'bob', '"{\"file_ids\": [\"f\"]}"', ''),
              ('m', 'bob', NULL, ''), ('n', 'bob', '{}', ''), ('o', 'bob', 'null', ''))sql");
  migrate("3e0e00844bb0");
  EXPECT_THAT(rows(links),
              ElementsAre("'ann'|'k'|'f'|1790000000", "'ann'|'k'|'g'|1790000000", "'bob'|'l'|'f'|1790000000"));
  EXPECT_THAT(rows("SELECT count(*) FROM pragma_table_info('knowledge') WHERE name = 'data'"), ElementsAre("0"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(KnowledgeFiles, CountOnceAndOnlyWhereTheFileIsThere) {
  given(R"sql(INSERT INTO knowledge VALUES ('k', 'ann', '{"file_ids": ["f", "gone", "f", 7, "g"]}', ''))sql");
  migrate("3e0e00844bb0");
  EXPECT_EQ(rows(links).size(), 2U);
  EXPECT_EQ(noted("duplicate-knowledge-file"), 1);
  EXPECT_EQ(noted("missing-knowledge-file"), 2);
}

TEST_F(KnowledgeFiles, AreKeptInQuarantineWhereTheyCannotBeRead) {
  given(
      R"sql(INSERT INTO knowledge VALUES ('k', 'a', '{"file', ''), ('l', 'a', '[1]', ''), ('m', 'a', '{"file_ids": "f"}', ''),
              ('n', 'a', '{"file_ids": ["f"], "more": 1}', ''))sql");
  migrate("3e0e00844bb0");
  EXPECT_EQ(rows(links).size(), 1U);
  EXPECT_EQ(noted("unusual-knowledge-data"), 4);
  EXPECT_EQ(environment_.quarantined.size(), 4U);
}

TEST_F(KnowledgeFiles, AreMovedEvenIfTheTableIsThereAlready) {
  given(R"sql(INSERT INTO knowledge VALUES ('k', 'ann', '{"file_ids": ["f", "g"]}', '');
    CREATE TABLE knowledge_file (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, knowledge_id TEXT NOT NULL, file_id TEXT NOT NULL,
      created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, CONSTRAINT uq_knowledge_file_knowledge_file UNIQUE (knowledge_id, file_id));
    INSERT INTO knowledge_file VALUES ('x', 'ann', 'k', 'f', 5, 5))sql");
  migrate("3e0e00844bb0", "81cc2ce44d79");
  EXPECT_THAT(rows(links), ElementsAre("'ann'|'k'|'f'|5", "'ann'|'k'|'g'|1790000000"));
  EXPECT_THAT(rows("SELECT data FROM knowledge"), ElementsAre("NULL"));
}

class Prompts : public RevisionTest {
 protected:
  void SetUp() override {
    given(
        R"sql(CREATE TABLE prompt (id INTEGER NOT NULL PRIMARY KEY, command VARCHAR(255), user_id VARCHAR(255), title TEXT,
      content TEXT, timestamp INTEGER, access_control JSON); CREATE UNIQUE INDEX prompt_command ON prompt (command))sql");
  }
};
const std::string prompts =
    "SELECT p.command, p.user_id, p.name, p.content, p.data, p.meta, p.access_control, p.is_active, p.tags, "
    "p.created_at, "
    "p.updated_at, h.snapshot FROM prompt AS p JOIN prompt_history AS h ON h.id = p.version_id AND h.prompt_id = p.id "
    "ORDER BY p.rowid";

TEST_F(Prompts, GetAHistory) {
  given(R"sql(INSERT INTO prompt VALUES (7, '/hi', 'ann', 'Hi', 'Say ''hi''', 17, '{"read": 1}'))sql");
  migrate("374d2f66af06");
  EXPECT_THAT(
      rows(prompts),
      ElementsAre(
          "'hi'|'ann'|'Hi'|'Say 'hi''|'{}'|'{}'|'{\"read\": 1}'|1|'[]'|17|17|'{\"name\": \"Hi\", \"content\": "
          "\"Say 'hi'\", \"command\": \"hi\", \"data\": {}, \"meta\": {}, \"access_control\": {\"read\": 1}}'"));
  EXPECT_THAT(rows("SELECT name, [unique] FROM pragma_index_list('prompt') WHERE origin = 'c'"),
              ElementsAre("'ix_prompt_new_command'|1"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(Prompts, AreAllKept) {
  given(
      "INSERT INTO prompt VALUES (1, '/a', 'ann', 'A', 'a', 1, NULL), (2, 'a', 'ann', 'B', 'b', 2, 'broken'), "
      "(3, NULL, NULL, NULL, NULL, NULL, NULL)");
  migrate("374d2f66af06");
  EXPECT_THAT(
      rows("SELECT command, user_id, name, content, access_control, created_at FROM prompt ORDER BY created_at"),
      ElementsAre("'a'|'ann'|'A'|'a'|'null'|1", "'a-2'|'ann'|'B'|'b'|'broken'|2", "NULL|''|''|''|'null'|1790000000"));
  EXPECT_EQ(noted("equal-prompt-command"), 1);
  EXPECT_EQ(noted("incomplete-prompt"), 1);
}

TEST_F(Prompts, AreReadAgainWhereARunWasKilled) {
  given(R"sql(INSERT INTO prompt VALUES (1, '/a', 'ann', 'A', 'a', 1, NULL), (2, '/b', 'ann', 'B', 'b', 2, NULL);
    CREATE TABLE prompt_new (id TEXT PRIMARY KEY, command VARCHAR); INSERT INTO prompt_new VALUES ('x', 'a');
    CREATE TABLE prompt_history (id TEXT PRIMARY KEY); INSERT INTO prompt_history VALUES ('y'))sql");
  migrate("374d2f66af06");
  EXPECT_THAT(rows("SELECT command FROM prompt ORDER BY 1"), ElementsAre("'a'", "'b'"));
  EXPECT_THAT(rows("SELECT count(*) FROM prompt_history"), ElementsAre("2"));
  EXPECT_THAT(rows("SELECT count(*) FROM sqlite_schema WHERE name = 'prompt_new'"), ElementsAre("0"));
}

class AccessGrants : public RevisionTest {
 protected:
  void SetUp() override {
    for (const std::string table : {"knowledge", "prompt", "tool", "model", "note", "channel", "file"}) {
      given("CREATE TABLE \"" + table + "\" (id TEXT NOT NULL PRIMARY KEY, access_control JSON)");
    }
  }
};
const std::string grants =
    "SELECT resource_type || ' ' || resource_id || ' ' || principal_type || ' ' || principal_id || ' ' || permission "
    "FROM access_grant";

TEST_F(AccessGrants, AreRows) {
  given(
      R"sql(INSERT INTO model VALUES ('m', '{"read": {"group_ids": ["g", "g"], "user_ids": ["u"]}, "write": {"group_ids": ["g"], "user_ids": []}}');
    INSERT INTO tool VALUES ('public', NULL), ('null', ' NULL '), ('private', '{}'), ('empty', '{"read": {"group_ids": []}, "write": null}');
    INSERT INTO file VALUES ('f', NULL), ('g', '{"read": {"user_ids": ["u"]}}'))sql");
  migrate("f1e2d3c4b5a6");
  EXPECT_THAT(rows(grants),
              UnorderedElementsAre("'model m group g read'", "'model m user u read'", "'model m group g write'",
                                   "'tool public user * read'", "'tool null user * read'", "'file g user u read'"));
  EXPECT_THAT(rows("SELECT min(created_at), count(DISTINCT id) FROM access_grant"), ElementsAre("1790000000|6"));
  EXPECT_THAT(rows("SELECT * FROM model"), ElementsAre("'m'"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(AccessGrants, ThatCannotBeReadGrantNothing) {
  given(
      R"sql(INSERT INTO note VALUES ('a', '{"read"'), ('b', '[1]'), ('c', '{"read": ["u"]}'), ('d', '{"read": {"user_ids": "u"}}'),
              ('e', '{"read": {"user_ids": [null, "u"]}}'), ('f', ''))sql");
  migrate("f1e2d3c4b5a6");
  EXPECT_THAT(rows(grants), ElementsAre("'note e user u read'"));
  EXPECT_EQ(noted("unreadable-access-control"), 6);
  ASSERT_EQ(environment_.quarantined.size(), 6U);
  EXPECT_EQ(environment_.quarantined[0].value, "{\"read\"");
}

class PinnedNotes : public RevisionTest {};

TEST_F(PinnedNotes, BecomeRows) {
  given(R"sql(CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, is_pinned BOOLEAN);
    INSERT INTO note VALUES ('a', 'ann', 1), ('b', 'ann', 0), ('c', 'ann', NULL), ('d', NULL, 1))sql");
  migrate("4de81c2a3af1");
  EXPECT_THAT(rows("SELECT user_id, note_id, created_at FROM pinned_note"),
              ElementsAre("'ann'|'a'|1790000000000000000"));
  EXPECT_THAT(rows("SELECT * FROM note WHERE id = 'd'"), ElementsAre("'d'|NULL"));
  EXPECT_EQ(noted("pin-of-nobody"), 1);
}

}  // namespace
}  // namespace liftlock::migration::openwebui
