#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class History : public RevisionTest {};

TEST_F(History, OfSkills) {
  given(
      R"sql(CREATE TABLE skill (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, name TEXT, description TEXT, content TEXT, meta JSON, updated_at BIGINT, created_at BIGINT);
              INSERT INTO skill VALUES ('s', 'ann', 'Näme', NULL, 'te"xt', NULL, 7, 6), ('b', 'ann', 'B', 'd', '', '{broken', 0, 6))sql");
  migrate("d6a8c3f912ab");
  EXPECT_THAT(rows("SELECT skill_id, snapshot, user_id, parent_id, commit_message, created_at FROM skill_history"),
              ElementsAre(R"('s'|'{"name": "N\u00e4me", "description": null, "meta": {}, "content": "te\"xt", "data": )"
                          R"({"files": [{"path": "SKILL.md", "content": "te\"xt"}]}}'|'ann'|NULL|NULL|7)",
                          R"('b'|'{"name": "B", "description": "d", "meta": {}, "content": "", "data": )"
                          R"({"files": [{"path": "SKILL.md", "content": ""}]}}'|'ann'|NULL|NULL|0)"));
  EXPECT_THAT(rows("SELECT s.meta, s.data FROM skill s JOIN skill_history h ON h.id = s.version_id"),
              ElementsAre(R"(NULL|'{"files": [{"path": "SKILL.md", "content": "te\"xt"}]}')",
                          R"('{broken'|'{"files": [{"path": "SKILL.md", "content": ""}]}')"));
  EXPECT_EQ(noted("unreadable-skill"), 1);
}

constexpr std::string_view models = R"sql(
CREATE TABLE model (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, base_model_id TEXT, name TEXT, params TEXT, meta TEXT, updated_at BIGINT, created_at BIGINT);
)sql";

TEST_F(History, OfModels) {
  given(models);
  given(R"sql(INSERT INTO model VALUES
    ('a', 'ann', 'base', 'A', '{"t": 0.5}', '{"hidden": true, "tags": [], "chat_variables_schema": 1}', 0, 6),
    ('n', NULL, NULL, NULL, 'null', NULL, NULL, NULL),
    ('x', 'ann', NULL, 'X', '{broken', '[1]', 9, 6))sql");
  migrate("e7b9d4a023bc");
  EXPECT_THAT(
      rows("SELECT model_id, snapshot, user_id, created_at FROM model_history"),
      ElementsAre(R"('a'|'{"name": "A", "base_model_id": "base", "params": {"t": 0.5}, "meta": {"tags": []}}'|'ann'|6)",
                  R"('n'|'{"name": null, "base_model_id": null, "params": null, "meta": {}}'|''|0)",
                  R"('x'|'{"name": "X", "base_model_id": null, "params": {}, "meta": {}}'|'ann'|9)"));
  EXPECT_THAT(rows("SELECT params, meta FROM model WHERE id = 'x'"), ElementsAre("'{broken'|'[1]'"));
  EXPECT_EQ(noted("unreadable-model"), 2);
}

TEST_F(History, ContinuesATryThatBrokeOff) {
  given(models);
  given(R"sql(ALTER TABLE model ADD COLUMN version_id TEXT;
              INSERT INTO model VALUES ('a', 'ann', NULL, 'A', '{}', '{}', 1, 1, 'v'), ('b', 'ann', NULL, 'B', '{}', '{}', 1, 1, NULL);
              CREATE TABLE model_history (id TEXT NOT NULL PRIMARY KEY, model_id TEXT NOT NULL, parent_id TEXT, snapshot JSON NOT NULL,
                                          user_id TEXT NOT NULL, commit_message TEXT, created_at BIGINT NOT NULL);
              INSERT INTO model_history VALUES ('v', 'a', NULL, '{}', 'ann', NULL, 1))sql");
  migrate("e7b9d4a023bc");
  EXPECT_THAT(
      rows("SELECT m.id FROM model m JOIN model_history h ON h.id = m.version_id AND h.model_id = m.id ORDER BY 1"),
      ElementsAre("'a'", "'b'"));
  EXPECT_THAT(rows("SELECT count(*) FROM model_history"), ElementsAre("2"));
}

TEST_F(History, OfToolsAndFunctions) {
  given(
      R"sql(CREATE TABLE tool (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, name TEXT, content TEXT, meta TEXT, updated_at BIGINT, created_at BIGINT);
              CREATE TABLE function (id TEXT NOT NULL PRIMARY KEY, user_id TEXT, name TEXT, content TEXT, meta TEXT, updated_at BIGINT, created_at BIGINT);
              INSERT INTO tool VALUES ('t', 'ann', 'T', NULL, '{"manifest": {}, "toggle": true, "has_user_valves": 1, "i18n": {}}', 5, 1),
                                      ('u', 'ann', 'U', 'code', '', 5, 1);
              INSERT INTO function VALUES ('f', 'ann', 'F', 'code', '{"toggle": true, "description": "d", "i18n": {"de": 1}}', 5, 1),
                                          ('g', 'ann', 'G', 'code', 'nonsense', 5, 1))sql");
  migrate("f8c0e5b134cd");
  EXPECT_THAT(rows("SELECT tool_id, snapshot, created_at FROM tool_history"),
              ElementsAre(R"('t'|'{"name": "T", "content": "", "meta": {"toggle": true, "description": null}}'|5)",
                          R"('u'|'{"name": "U", "content": "code", "meta": {"description": null}}'|5)"));
  EXPECT_THAT(rows("SELECT function_id, snapshot FROM function_history"),
              ElementsAre(R"('f'|'{"name": "F", "content": "code", "meta": {"description": "d", "i18n": {"de": 1}}}')",
                          R"('g'|'{"name": "G", "content": "code", "meta": {"description": null}}')"));
  EXPECT_EQ(noted("unreadable-tool"), 0);
  EXPECT_EQ(noted("unreadable-function"), 1);
}

}  // namespace
}  // namespace liftlock::migration::openwebui
