#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EarlyRevisions : public RevisionTest {};

TEST_F(EarlyRevisions, DocumentsBecomeKnowledge) {
  given_peewee(
      R"sql(INSERT INTO document VALUES (1, 'c1', 'n1', 't1', 'f', '{"tags": [{"name": "é"}], "x": 1}', 'ann', 7),
                     (2, 'c2', 'n2', 't2', 'f', NULL, 'ann', 8), (3, 'c3', 'n3', 't3', 'f', '', 'ann', 9))sql");
  migrate("6a39f3d8e55c");
  EXPECT_THAT(
      rows("SELECT * FROM knowledge ORDER BY id"),
      ElementsAre(R"('c1'|'ann'|'t1'|'n1'|NULL|'{"legacy": true, "document": true, "tags": [{"name": "\u00e9"}]}'|7|7)",
                  R"('c2'|'ann'|'t2'|'n2'|NULL|'{"legacy": true, "document": true, "tags": []}'|8|8)",
                  R"('c3'|'ann'|'t3'|'n3'|NULL|'{"legacy": true, "document": true, "tags": []}'|9|9)"));
  EXPECT_THAT(rows("SELECT count(*) FROM document"), ElementsAre("3"));
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(EarlyRevisions, DocumentsOfAnyContentBecomeKnowledge) {
  given(
      R"sql(CREATE TABLE document (collection_name VARCHAR NOT NULL, name VARCHAR, title TEXT, filename TEXT, content TEXT,
                user_id VARCHAR, timestamp BIGINT, PRIMARY KEY (collection_name), UNIQUE (name));
              CREATE TABLE knowledge (id TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT, data JSON,
                meta JSON, created_at BIGINT NOT NULL, updated_at BIGINT, PRIMARY KEY (id));
              INSERT INTO knowledge VALUES ('there', 'ann', 'kept', NULL, NULL, NULL, 1, 1);
              INSERT INTO document VALUES ('bad', 'a', 'A', '', '{', 'ann', 1), ('list', 'b', 'B', '', '[]', 'ann', 1),
                ('bare', NULL, NULL, NULL, 'null', NULL, NULL), ('there', 'c', 'C', '', '{}', 'ann', 1))sql");
  migrate("6a39f3d8e55c");
  EXPECT_THAT(rows("SELECT id, user_id, name, created_at, updated_at, meta ->> '$.tags' FROM knowledge ORDER BY id"),
              ElementsAre("'bad'|'ann'|'A'|1|1|'[]'", "'bare'|''|'bare'|0|NULL|'[]'", "'list'|'ann'|'B'|1|1|'[]'",
                          "'there'|'ann'|'kept'|1|1|NULL"));
  EXPECT_EQ(noted("unreadable-document-tags"), 3);
  EXPECT_EQ(noted("incomplete-document"), 1);
}

TEST_F(EarlyRevisions, FilesGetTheirPathFromTheirMeta) {
  given_peewee(
      R"sql(INSERT INTO file VALUES ('a', 'u', 'f', '{"path": "/d/ü", "x":1}', 1), ('b', 'u', 'f', '{"x": 1}', 1),
                     ('c', 'u', 'f', 'null', 1), ('d', 'u', 'f', '["path"]', 1), ('e', 'u', 'f', 'path?', 1),
                     ('f', 'u', 'f', '{"path": null}', 1), ('g', 'u', 'f', '7', 1))sql");
  migrate("c0fbf31ca0db", "c0fbf31ca0db");
  std::filesystem::copy_file(result_, source_, std::filesystem::copy_options::overwrite_existing);
  migrate("c29facfe716b");
  EXPECT_THAT(rows("SELECT id, path, meta FROM file ORDER BY id"),
              ElementsAre(R"('a'|'/d/ü'|'{"path": "/d/ü", "x":1}')", R"('b'|NULL|'{"x": 1}')", "'c'|NULL|'null'",
                          R"('d'|NULL|'["path"]')", "'e'|NULL|NULL", R"('f'|NULL|'{"path": null}')", "'g'|NULL|7"));
  EXPECT_THAT(rows("SELECT type, \"notnull\" FROM pragma_table_info('file') WHERE name = 'meta'"),
              ElementsAre("'JSON'|0"));
  ASSERT_EQ(environment_.quarantined.size(), 1U);
  EXPECT_EQ(environment_.quarantined[0].key + environment_.quarantined[0].value, "epath?");
  EXPECT_EQ(noted("unparsable-file-meta"), 1);
}

TEST_F(EarlyRevisions, FolderDatesBecomeSeconds) {
  given(
      R"sql(CREATE TABLE folder (id TEXT NOT NULL, user_id TEXT NOT NULL, created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL,
                updated_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL, PRIMARY KEY (id, user_id));
              INSERT INTO folder VALUES ('a', 'u', '2026-11-21 09:44:31', 1729000000), ('b', 'u', '2024-02-29', '1969-12-31 23:59:59.999999'),
                ('c', 'u', 'yesterday', 1729000000.75), ('d', 'u', '2024-02-30 00:00:00', '2000-01-01T00:00:00Z'))sql");
  migrate("4ace53fd72c8");
  EXPECT_THAT(rows("SELECT * FROM folder ORDER BY id"),
              ElementsAre("'a'|'u'|1795254271|1729000000", "'b'|'u'|1709164800|-1", "'c'|'u'|1790000000|1729000000",
                          "'d'|'u'|1790000000|946684800"));
  EXPECT_THAT(rows("SELECT type, \"notnull\", dflt_value FROM pragma_table_info('folder') WHERE cid >= 2"),
              ElementsAre("'BIGINT'|1|NULL", "'BIGINT'|1|NULL"));
  EXPECT_EQ(noted("folder-dates"), 4);
  EXPECT_EQ(noted("unreadable-folder-date"), 2);
  EXPECT_EQ(environment_.quarantined.size(), 2U);
}

TEST_F(EarlyRevisions, RunOnNothingAndOnWhatIsPartlyThere) {
  given("");
  migrate("7e5b5dc7342b", "37f288994c47");
  const Rows tables = rows("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1");
  EXPECT_GT(tables.size(), 30U);
  // All over again: everything is there already, so nothing changes.
  std::filesystem::copy_file(result_, source_, std::filesystem::copy_options::overwrite_existing);
  migrate("7e5b5dc7342b", "37f288994c47");
  EXPECT_EQ(rows("SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL"), Rows{std::to_string(tables.size())});
}

TEST_F(EarlyRevisions, KeepColumnsAndTablesThatTheyDoNotKnow) {
  given_peewee(
      R"sql(CREATE TABLE mine (x); INSERT INTO mine VALUES (1); ALTER TABLE chat ADD COLUMN mine TEXT DEFAULT 'm';
                     ALTER TABLE tag ADD COLUMN mine TEXT; INSERT INTO tag VALUES ('1', 'T', 'u', NULL, 'mine');
                     INSERT INTO chat VALUES ('a', 'u', 't', '{}', NULL, 0, 1, 2, 'x'))sql");
  migrate("7e5b5dc7342b", "37f288994c47");
  EXPECT_THAT(rows("SELECT x, chat.mine, tag.mine FROM mine, chat, tag"), ElementsAre("1|'x'|'mine'"));
}

}  // namespace
}  // namespace liftlock::migration::openwebui
