#include "database/postgres.hpp"
#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

constexpr std::string_view id_of = "lower(replace($name, ' ', '_'))";

/// SQLite's lower() knows ASCII only. These are the blocks of Unicode in which letters have cases.
constexpr std::string_view has_case_beyond_ascii =
    "$name GLOB '*[À-֏Ⴀ-ჿꭰ-ꮿᎠ-᏿ᲀ-ᲿḀ-῿℀-⅏Ⅰ-ↈⒶ-ⓩⰀ-ⷿꙀ-ꟿＡ-ｚ𐐀-𞥃]*'";

std::string of(std::string_view text, std::string_view name) { return with(std::string(text), {{"$name", name}}); }

SqlGuard other_case(std::string_view table, std::string_view name) {
  return {with("SELECT 1 FROM $table WHERE $cased", {{"$table", table}, {"$cased", of(has_case_beyond_ascii, name)}}),
          "a tag has letters that SQLite cannot bring to lower case"};
}

SqlGuard other_case_in_postgresql(std::string_view table, std::string_view name) {
  SqlGuard guard = other_case(table, name);
  guard.query = database::postgres::translate_sql(guard.query);
  guard.reason = "a tag has letters that some servers cannot bring to lower case";
  return guard;
}

}  // namespace

const SqlStep& sql_shared_tags() {
  static const SqlStep step{.what = "two users may have a tag of the same name",
                            .tables = {"tag"},
                            .sqlite = SqlText{},
                            .postgresql = SqlText{}};
  return step;
}

const SqlStep& sql_rename_tags() {
  static const SqlStep step{.what = "tags are known by their name in lower case",
                            .tables = {"tag"},
                            .sqlite = SqlText{.guards = {other_case("tag", "name"),
                                                         {"SELECT 1 FROM tag WHERE data NOT IN ('', 'null', '{}')",
                                                          "a tag holds data, which would be lost"}},
                                              .statements = with(R"sql(
DELETE FROM tag WHERE $id = 'pinned';
DELETE FROM tag WHERE name IS NOT NULL AND rowid NOT IN (
  SELECT min(rowid) FROM tag WHERE name IS NOT NULL GROUP BY $id, coalesce(user_id, ''));
UPDATE tag SET id = $id WHERE name IS NOT NULL;
)sql",
                                                                 {{"$id", of(id_of, "name")}})},
                            .postgresql = SqlText{.guards = {other_case_in_postgresql("tag", "name"),
                                                             {"SELECT 1 FROM tag WHERE data NOT IN ('', 'null', '{}')",
                                                              "a tag holds data, which would be lost"}},
                                                  .statements = with(R"sql(
DELETE FROM tag WHERE $id = 'pinned';
DELETE FROM tag WHERE ctid IN (SELECT place FROM (
  SELECT ctid AS place, row_number() OVER (PARTITION BY $id, coalesce(user_id, '') ORDER BY ctid) AS number FROM tag WHERE name IS NOT NULL
) AS numbered WHERE number > 1);
UPDATE tag SET id = $id WHERE name IS NOT NULL;
)sql",
                                                                     {{"$id", of(id_of, "name")}})}};
  return step;
}

const SqlStep& sql_tags_into_chats() {
  static const SqlStep step{.what = "tags become part of their chats",
                            .tables = {"chat", "chatidtag"},
                            .sqlite = SqlText{.guards = {other_case("chatidtag", "tag_name")},
                                              .statements = with(R"sql(
CREATE TEMP TABLE liftlock_tags (chat_id, tag, place, PRIMARY KEY (chat_id, tag));
INSERT INTO liftlock_tags SELECT chat_id, $id, min(rowid) FROM chatidtag WHERE tag_name IS NOT NULL AND chat_id IS NOT NULL GROUP BY 1, 2;
UPDATE chat SET
  pinned = EXISTS (SELECT 1 FROM liftlock_tags AS t WHERE t.chat_id = chat.id AND t.tag = 'pinned'),
  meta = (SELECT CASE WHEN count(*) = 0 THEN '{}' ELSE json_object('tags', json_group_array(tag)) END
          FROM (SELECT tag FROM liftlock_tags AS t WHERE t.chat_id = chat.id AND t.tag <> 'pinned' ORDER BY place))
WHERE id IN (SELECT chat_id FROM liftlock_tags);
DROP TABLE temp.liftlock_tags;
)sql",
                                                                 {{"$id", of(id_of, "tag_name")}})},
                            .postgresql = SqlText{.guards = {other_case_in_postgresql("chatidtag", "tag_name")},
                                                  .statements = with(R"sql(
CREATE TEMPORARY TABLE liftlock_tags AS SELECT chat_id, tag, min(place) AS place
FROM (SELECT chat_id, $id AS tag, row_number() OVER (ORDER BY ctid) AS place FROM chatidtag WHERE tag_name IS NOT NULL AND chat_id IS NOT NULL) AS numbered
GROUP BY 1, 2;
UPDATE chat SET
  pinned = EXISTS (SELECT 1 FROM liftlock_tags AS t WHERE t.chat_id = chat.id AND t.tag = 'pinned'),
  meta = (SELECT CASE WHEN count(*) = 0 THEN '{}'::json ELSE json_build_object('tags', json_agg(tag ORDER BY place)) END
          FROM liftlock_tags AS t WHERE t.chat_id = chat.id AND t.tag <> 'pinned')
WHERE id IN (SELECT chat_id FROM liftlock_tags);
DROP TABLE liftlock_tags;
)sql",
                                                                     {{"$id", of(id_of, "tag_name")}})}};
  return step;
}

const SqlStep& sql_tags_out_of_chats() {
  static const SqlStep step{
      .what = "tags of chats become rows again",
      .tables = {"chat", "chatidtag", "tag"},
      .sqlite = SqlText{.guards = {unreadable("chat", "meta", "meta IS NOT NULL AND meta <> ''",
                                              "the meta of a chat is not JSON"),
                                   repeated_keys("chat", "meta", "the meta of a chat says one thing twice")},
                        .statements = R"sql(
DELETE FROM chatidtag;
INSERT INTO chatidtag (id, tag_name, chat_id, user_id, timestamp)
SELECT $uuid, coalesce((SELECT name FROM tag WHERE tag.user_id = chat.user_id AND tag.id = given.value AND name IS NOT NULL), given.value),
  chat.id, coalesce(chat.user_id, ''), coalesce(chat.updated_at, $now)
FROM chat, json_each(CASE WHEN json_type(chat.meta) = 'object' THEN chat.meta END, '$.tags') AS given WHERE given.type = 'text';
INSERT INTO chatidtag (id, tag_name, chat_id, user_id, timestamp)
SELECT $uuid, 'pinned', id, coalesce(user_id, ''), coalesce(updated_at, $now) FROM chat WHERE pinned <> 0;
UPDATE tag SET id = $uuid;
INSERT INTO tag (id, name, user_id)
SELECT $uuid, 'pinned', owner FROM (SELECT DISTINCT coalesce(user_id, '') AS owner FROM chat WHERE pinned <> 0);
)sql"},
      .postgresql = SqlText{.guards = {}, .statements = R"sql(
DELETE FROM chatidtag;
INSERT INTO chatidtag (id, tag_name, chat_id, user_id, timestamp)
SELECT $uuid, coalesce((SELECT name FROM tag WHERE tag.user_id = chat.user_id AND tag.id = given #>> '{}' AND name IS NOT NULL), given #>> '{}'),
  chat.id, coalesce(chat.user_id, ''), coalesce(chat.updated_at, $now)
FROM chat, json_array_elements(CASE json_typeof(meta) WHEN 'object' THEN CASE json_typeof(meta -> 'tags') WHEN 'array' THEN meta -> 'tags' ELSE '[]'::json END ELSE '[]'::json END) AS given
WHERE json_typeof(given) = 'string';
INSERT INTO chatidtag (id, tag_name, chat_id, user_id, timestamp)
SELECT $uuid, 'pinned', id, coalesce(user_id, ''), coalesce(updated_at, $now) FROM chat WHERE pinned;
UPDATE tag SET id = $uuid;
INSERT INTO tag (id, name, user_id)
SELECT $uuid, 'pinned', owner FROM (SELECT DISTINCT coalesce(user_id, '') AS owner FROM chat WHERE pinned) AS owners;
)sql"}};
  return step;
}

const SqlStep& sql_tags_of_one_user_only() {
  static const SqlGuard shared{"SELECT 1 FROM tag GROUP BY id HAVING count(*) > 1",
                               "two users have a tag of the same name, which cannot be known by its id alone"};
  static const SqlStep step{.what = "the id of a tag is its key again",
                            .tables = {"tag"},
                            .sqlite = SqlText{.guards = {shared}, .statements = ""},
                            .postgresql = SqlText{.guards = {shared}, .statements = ""}};
  return step;
}

}  // namespace liftlock::migration::openwebui
