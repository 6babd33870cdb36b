#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// group.user_ids, or what is in it where it is a JSON string.
constexpr std::string_view list_of_members =
    "CASE json_type(g.user_ids) WHEN 'text' THEN json_extract(g.user_ids, '$') ELSE g.user_ids END";

constexpr std::string_view list_of_members_in_postgresql =
    "CASE json_typeof(g.user_ids) WHEN 'string' THEN (g.user_ids #>> '{}')::json ELSE g.user_ids END";

constexpr std::string_view repair_column = R"sql(
UPDATE "user" SET $c = coalesce((WITH RECURSIVE layer (v) AS (
    SELECT $c UNION ALL SELECT json_extract(v, '$') FROM layer WHERE CASE WHEN json_valid(v) THEN json_type(v) = 'text' END)
  SELECT json(v) FROM layer WHERE CASE WHEN json_valid(v) THEN json_type(v) = 'object' END), $c)
WHERE typeof($c) = 'text' AND $c LIKE $start AND CASE WHEN json_valid($c) THEN json_type($c) = 'text' END;
)sql";

std::string repair(std::string_view column, std::string_view start) {
  return with(std::string(repair_column), {{"$c", column}, {"$start", start}});
}

std::string repair_in_postgresql(std::string_view column) {
  return with(R"sql(
UPDATE "user" SET $c = repaired.value FROM (
  WITH RECURSIVE layer (id, value) AS (
    SELECT id, ($c #>> '{}')::json FROM "user" WHERE json_typeof($c) = 'string' AND $c #>> '{}' ~ '^\s*["{\[]'
    UNION ALL SELECT id, (value #>> '{}')::json FROM layer WHERE json_typeof(value) = 'string' AND value #>> '{}' ~ '^\s*["{\[]')
  SELECT id, value FROM layer WHERE json_typeof(value) = 'object') AS repaired
WHERE "user".id = repaired.id;
)sql",
              {{"$c", column}});
}

}  // namespace

SqlStep sql_user_json(std::string_view column) {
  return {.what = "what users have set becomes JSON",
          .tables = {"user"},
          .sqlite = SqlText{.guards = {unreadable("user", column, with("$c IS NOT NULL AND $c <> ''", {{"$c", column}}),
                                                  with("user.$c of a user is not JSON", {{"$c", column}}))},
                            .statements = with(R"sql(
UPDATE "user" SET $c_json = CASE WHEN $c IS NULL OR $c = '' THEN 'null'
  WHEN $c LIKE '"%' AND CASE WHEN json_valid(json_extract($c, '$')) THEN json_type(json_extract($c, '$')) = 'object' END
  THEN json(json_extract($c, '$')) ELSE $c END;
)sql",
                                               {{"$c", column}})}};
}

SqlStep sql_decoded_user_json(std::string_view column) {
  return {.what = "what users have set was JSON in a text",
          .tables = {"user"},
          .postgresql = SqlText{.guards = {},
                                .statements = with(R"sql(
UPDATE "user" SET $c = ($c #>> '{}')::json
WHERE json_typeof($c) = 'string' AND $c #>> '{}' ~ '^\s*\{' AND json_typeof(($c #>> '{}')::json) = 'object';
)sql",
                                                   {{"$c", column}})},
          .why_not = "SQLite's steps decode at once"};
}

const SqlStep& sql_oauth_of_users() {
  static const SqlStep step{.what = "identities of single sign-on move to user.oauth",
                            .tables = {"user"},
                            .sqlite = SqlText{.guards = {}, .statements = R"sql(
UPDATE "user" SET oauth = CASE instr(oauth_sub, '@') WHEN 0 THEN json_object('oidc', json_object('sub', oauth_sub))
  ELSE json_object(substr(oauth_sub, 1, instr(oauth_sub, '@') - 1), json_object('sub', substr(oauth_sub, instr(oauth_sub, '@') + 1))) END
WHERE oauth_sub <> '';
)sql"},
                            .postgresql = SqlText{.guards = {}, .statements = R"sql(
UPDATE "user" SET oauth = CASE position('@' in oauth_sub) WHEN 0 THEN json_build_object('oidc', json_build_object('sub', oauth_sub))
  ELSE json_build_object(left(oauth_sub, position('@' in oauth_sub) - 1), json_build_object('sub', substr(oauth_sub, position('@' in oauth_sub) + 1))) END
WHERE oauth_sub <> '';
)sql"}};
  return step;
}

const SqlStep& sql_keys_of_users() {
  static const SqlText text{
      .guards = {{R"sql(SELECT 1 FROM "user" WHERE api_key <> '' GROUP BY api_key HAVING count(*) > 1)sql",
                  "two users have the same API key"}},
      .statements = R"sql(
INSERT INTO api_key (id, user_id, "key", created_at, updated_at)
SELECT 'key_' || id, id, api_key, $now, $now FROM "user" WHERE api_key <> '';
)sql"};
  static const SqlStep step{.what = "API keys move to a table of their own",
                            .tables = {"user", "api_key"},
                            .sqlite = text,
                            .postgresql = text};
  return step;
}

const SqlStep& sql_users_as_before() {
  static const SqlStep step{
      .what = "users have one API key and one identity again",
      .tables = {"user", "api_key"},
      .sqlite = SqlText{.guards = {unreadable("user", "oauth", "oauth IS NOT NULL AND oauth <> ''",
                                              "the identities of a user are not JSON"),
                                   repeated_keys("user", "oauth", "a user has one identity twice"),
                                   {R"sql(SELECT 1 FROM "user" WHERE oauth <> '' AND json_type(oauth) = 'text')sql",
                                    "the identities of a user are encoded twice"}},
                        .statements = R"sql(
UPDATE "user" SET oauth_sub = (
  SELECT first."key" || '@' || json_extract(first.value, '$.sub')
  FROM (SELECT "key", value, type FROM json_each("user".oauth) LIMIT 1) AS first
  WHERE first.type = 'object' AND json_type(CASE first.type WHEN 'object' THEN first.value END, '$.sub') IN ('text', 'integer'))
WHERE oauth <> '' AND json_type(oauth) = 'object';
UPDATE "user" SET api_key = (SELECT "key" FROM api_key WHERE user_id = "user".id ORDER BY rowid DESC LIMIT 1)
WHERE id IN (SELECT user_id FROM api_key);
UPDATE "user" SET info = NULL WHERE info = 'null';
UPDATE "user" SET settings = NULL WHERE settings = 'null';
)sql"},
      .postgresql =
          SqlText{.guards = {{"SELECT 1 FROM api_key WHERE user_id IS NOT NULL GROUP BY user_id HAVING count(*) > 1",
                              "a user has several API keys, and PostgreSQL does not know which was made last"},
                             {R"sql(SELECT 1 FROM "user" WHERE json_typeof(oauth) = 'string')sql",
                              "the identities of a user are encoded twice"}},
                  .statements = R"sql(
UPDATE "user" SET oauth_sub = (
  SELECT first.key || '@' || (first.value ->> 'sub')
  FROM (SELECT key, value FROM json_each("user".oauth) WITH ORDINALITY AS each (key, value, place) ORDER BY place LIMIT 1) AS first
  WHERE CASE json_typeof(first.value) WHEN 'object' THEN json_typeof(first.value -> 'sub') = 'string'
    OR (json_typeof(first.value -> 'sub') = 'number' AND first.value ->> 'sub' ~ '^-?[0-9]+$') END)
WHERE json_typeof(oauth) = 'object';
UPDATE "user" SET api_key = (SELECT "key" FROM api_key WHERE user_id = "user".id) WHERE id IN (SELECT user_id FROM api_key);
UPDATE "user" SET info = NULL WHERE json_typeof(info) = 'null';
UPDATE "user" SET settings = NULL WHERE json_typeof(settings) = 'null';
)sql"}};
  return step;
}

const SqlStep& sql_twice_encoded_users() {
  static const SqlStep step{
      .what = "what was encoded twice is repaired",
      .tables = {"user"},
      .sqlite =
          SqlText{
              .guards = {unreadable("user", "oauth", "oauth IS NOT NULL AND typeof(oauth) NOT IN ('integer', 'real')",
                                    "the identities of a user are not JSON"),
                         unreadable("user", "settings", R"sql(typeof(settings) = 'text' AND settings LIKE '"%')sql",
                                    "the settings of a user are not JSON"),
                         unreadable("user", "info", R"sql(typeof(info) = 'text' AND info LIKE '"%')sql",
                                    "the info of a user is not JSON")},
              .statements = repair("oauth", "'%'") + repair("settings", "'\"%'") + repair("info", "'\"%'")},
      .postgresql = SqlText{.guards = {},
                            .statements = repair_in_postgresql("oauth") + repair_in_postgresql("settings") +
                                          repair_in_postgresql("info")}};
  return step;
}

const SqlStep& sql_emails_differ() {
  static const SqlText text{
      .guards = {{R"sql(SELECT 1 FROM "user" WHERE email IS NOT NULL GROUP BY lower(email) HAVING count(*) > 1)sql",
                  "several users have the same e-mail address but for its case"}},
      .statements = ""};
  static const SqlStep step{.what = "e-mail addresses are unique whatever their case",
                            .tables = {"user"},
                            .sqlite = text,
                            .postgresql = text};
  return step;
}

const SqlStep& sql_members_of_groups() {
  static const SqlStep step{
      .what = "members of groups become rows of their own",
      .tables = {"group", "group_member"},
      .sqlite =
          SqlText{
              .guards =
                  {unreadable("group", "user_ids", "user_ids IS NOT NULL AND user_ids <> ''",
                              "a list of group members is not JSON"),
                   {with(
                        R"sql(SELECT 1 FROM "group" AS g WHERE user_ids <> '' AND NOT CASE WHEN NOT json_valid($list) THEN 0
 WHEN json_type($list) IN ('array', 'null') THEN 1 ELSE json($list) = '{}' END)sql",
                        {{"$list", list_of_members}}),
                    "the members of a group are no list"}},
              .statements = with(R"sql(
INSERT INTO group_member (id, group_id, user_id, created_at, updated_at)
SELECT $uuid, group_id, user_id, $now, $now FROM (
  SELECT DISTINCT g.id AS group_id, item.value AS user_id
  FROM "group" AS g, json_each(CASE WHEN g.user_ids <> '' AND json_type($list) = 'array' THEN $list ELSE '[]' END) AS item
  WHERE item.type = 'text' AND item.value IN (SELECT id FROM "user"));
)sql",
                                 {{"$list", list_of_members}})},
      .postgresql = SqlText{
          .guards =
              {{with(R"sql(SELECT 1 FROM (SELECT $list AS list FROM "group" AS g WHERE user_ids IS NOT NULL) AS lists
 WHERE json_typeof(list) NOT IN ('array', 'null') AND list::text !~ '^\s*\{\s*\}\s*$')sql",
                     {{"$list", list_of_members_in_postgresql}}),
                "the members of a group are no list"}},
          .statements = with(R"sql(
INSERT INTO group_member (id, group_id, user_id, created_at, updated_at)
SELECT $uuid, group_id, user_id, $now, $now FROM (
  SELECT DISTINCT lists.id AS group_id, item #>> '{}' AS user_id
  FROM (SELECT id, $list AS list FROM "group" AS g WHERE user_ids IS NOT NULL) AS lists,
    json_array_elements(CASE json_typeof(list) WHEN 'array' THEN list ELSE '[]'::json END) AS item
  WHERE json_typeof(item) = 'string') AS members
WHERE user_id IN (SELECT id FROM "user");
)sql",
                             {{"$list", list_of_members_in_postgresql}})}};
  return step;
}

const SqlStep& sql_lists_of_members() {
  static const SqlStep step{.what = "groups list their members",
                            .tables = {"group", "group_member"},
                            .sqlite = SqlText{.guards = {}, .statements = R"sql(
UPDATE "group" SET user_ids = (SELECT json_group_array(user_id) FROM (
  SELECT user_id FROM group_member WHERE group_id = "group".id ORDER BY user_id));
)sql"},
                            .postgresql = SqlText{.guards = {}, .statements = R"sql(
UPDATE "group" SET user_ids = coalesce((
  SELECT json_agg(user_id ORDER BY user_id) FROM group_member WHERE group_id = "group".id), '[]'::json);
)sql"}};
  return step;
}

}  // namespace liftlock::migration::openwebui
