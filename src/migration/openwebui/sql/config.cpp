#include <set>

#include "migration/openwebui/config_keys.hpp"
#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }  // no path holds a quote

/// "('a'), ('b')"
std::string known_paths() {
  std::string values;
  for (const std::string_view path : known_config_paths())
    values += (values.empty() ? "(" : ", (") + quoted(path) + ")";
  return values;
}

/// "('path', 'key')" of all that have another key.
std::string keys_of_paths() {
  std::set<std::string_view> paths;
  for (const std::string_view path : known_config_paths()) paths.insert(path);
  for (const auto& [path, key] : renamed_config_paths()) paths.insert(path);
  std::string values;
  for (const std::string_view path : paths) {
    const std::string_view key = config_key_of(path);
    if (key != path) values += (values.empty() ? "(" : ", (") + quoted(path) + ", " + quoted(key) + ")";
  }
  return values;
}

std::string paths_of_keys() {
  std::string values;
  for (const auto& [path, key] : renamed_config_paths()) {
    values += (values.empty() ? "(" : ", (") + quoted(path) + ", " + quoted(key) + ")";
  }
  return values;
}

/// The settings of the newest blob: nested objects are walked down to the paths that are settings themselves.
constexpr std::string_view walk = R"sql(WITH RECURSIVE
  known (path) AS (VALUES $known),
  blob (data) AS (SELECT CASE WHEN json_valid(data) AND typeof(data) = 'text' THEN data ELSE '{}' END FROM config_old ORDER BY id DESC LIMIT 1),
  tree AS MATERIALIZED (SELECT t.id AS id, t.parent AS parent, t."key" AS name, t.type AS type, t.fullkey AS fullkey FROM blob, json_tree(blob.data) AS t),
  walked (id, path, type, fullkey) AS (
    SELECT id, '', type, fullkey FROM tree WHERE parent IS NULL AND type = 'object'
    UNION ALL
    SELECT below.id, CASE above.path WHEN '' THEN below.name ELSE above.path || '.' || below.name END, below.type, below.fullkey
    FROM walked AS above JOIN tree AS below ON below.parent = above.id
    WHERE above.type = 'object' AND above.path NOT IN (SELECT path FROM known))
)sql";

constexpr std::string_view walk_in_postgresql = R"sql(
INSERT INTO config ("key", value, updated_at)
WITH RECURSIVE known (path) AS (VALUES $known), renamed (path, "key") AS (VALUES $keys),
  walked (path, value, place) AS (
    SELECT part.key, part.value, ARRAY[part.place] FROM (SELECT data FROM config_old ORDER BY id DESC LIMIT 1) AS blob,
      json_each(CASE json_typeof(data) WHEN 'object' THEN data ELSE '{}'::json END) WITH ORDINALITY AS part (key, value, place)
    UNION ALL
    SELECT walked.path || '.' || part.key, part.value, walked.place || part.place FROM walked,
      json_each(CASE WHEN json_typeof(walked.value) = 'object' AND walked.path NOT IN (SELECT path FROM known)
        THEN walked.value ELSE '{}'::json END) WITH ORDINALITY AS part (key, value, place))
SELECT coalesce(renamed."key", walked.path), walked.value, $now FROM walked LEFT JOIN renamed ON renamed.path = walked.path
WHERE json_typeof(walked.value) <> 'object' OR walked.path IN (SELECT path FROM known)
ORDER BY walked.place ON CONFLICT DO NOTHING;
)sql";

constexpr std::string_view gather_in_postgresql = R"sql(
DO $liftlock$
DECLARE blob jsonb; readable boolean; any_setting boolean := false; setting record;
BEGIN
  SELECT data::jsonb INTO blob FROM config_old ORDER BY id DESC LIMIT 1;
  readable := coalesce(jsonb_typeof(blob) = 'object', false);
  IF NOT readable THEN blob := '{}'; END IF;
  FOR setting IN
    WITH renamed (path, "key") AS (VALUES $renamed)
    SELECT string_to_array(coalesce((SELECT path FROM renamed WHERE renamed."key" = config."key"), config."key"), '.') AS path,
      value::jsonb AS value
    FROM config ORDER BY "key" COLLATE "C"
  LOOP
    any_setting := true;
    FOR i IN 1 .. array_length(setting.path, 1) - 1 LOOP
      IF blob #> setting.path[1:i] IS NULL THEN
        blob := jsonb_set(blob, setting.path[1:i], '{}');
      ELSIF jsonb_typeof(blob #> setting.path[1:i]) <> 'object' THEN
        RAISE EXCEPTION 'stopped: a setting stands where an object is needed';
      END IF;
    END LOOP;
    blob := jsonb_set(blob, setting.path, setting.value);
  END LOOP;
  IF readable THEN
    UPDATE config_old SET data = blob::json WHERE id = (SELECT max(id) FROM config_old);
  ELSIF any_setting THEN
    INSERT INTO config_old (data, version) VALUES (blob::json, 0);
  END IF;
END $liftlock$;
)sql";

constexpr std::string_view settings = R"sql(WITH
  renamed (path, "key") AS (VALUES $renamed),
  setting AS (SELECT config."key" AS "key", coalesce((SELECT path FROM renamed WHERE renamed."key" = config."key"), config."key") AS path, CAST(config.value AS TEXT) AS value FROM config)
)sql";

constexpr std::string_view newest_is_object =
    "(SELECT CASE WHEN typeof(data) = 'text' AND json_valid(data) THEN json_type(data) = 'object' ELSE 0 END FROM "
    "config_old ORDER BY id "
    "DESC LIMIT 1)";

}  // namespace

SqlStep sql_config_is_object(std::string_view table) {
  return {
      .what = "the newest config counts",
      .tables = {table},
      .sqlite =
          SqlText{
              .guards = {{with(R"sql(SELECT 1 FROM (SELECT data FROM $t ORDER BY id DESC LIMIT 1) WHERE data IS NOT NULL
 AND CASE WHEN typeof(data) <> 'text' OR NOT json_valid(data) THEN 1 ELSE json_type(data) <> 'object' OR instr(CAST(data AS BLOB), x'00') > 0 END)sql",
                               {{"$t", table}}),
                          "the newest config is no JSON object"}},
              .statements = ""},
      .postgresql = SqlText{.guards = {{with("SELECT 1 FROM (SELECT data FROM $t ORDER BY id DESC LIMIT 1) AS newest "
                                             "WHERE json_typeof(data) NOT IN ('object', 'null')",
                                             {{"$t", table}}),
                                        "the newest config is no JSON object"}},
                            .statements = ""}};
}

const SqlStep& sql_config_to_rows() {
  static const std::string walking = with(std::string(walk), {{"$known", known_paths()}});
  static const SqlStep step{
      .what = "each setting becomes a row",
      .tables = {"config", "config_old"},
      .sqlite = SqlText{.guards = {{walking + "SELECT 1 FROM walked WHERE path <> '' AND path GLOB '*[^A-Za-z0-9_.]*' "
                                              "UNION ALL SELECT 1 FROM "
                                              "walked JOIN tree USING (id) WHERE path <> '' AND (tree.name LIKE '%.%' "
                                              "OR tree.name = '') UNION "
                                              "ALL SELECT 1 FROM walked GROUP BY path HAVING count(*) > 1",
                                    "a setting has an unusual name"}},
                        .statements = with(R"sql(
INSERT INTO config ("key", value, updated_at)
$walkSELECT coalesce((SELECT column2 FROM (VALUES $keys) WHERE column1 = walked.path), walked.path), blob.data -> walked.fullkey, $now
FROM walked JOIN blob WHERE walked.path <> '' AND (walked.type <> 'object' OR walked.path IN (SELECT path FROM known))
ORDER BY walked.id ON CONFLICT DO NOTHING;
)sql",
                                           {{"$walk", walking}, {"$keys", keys_of_paths()}})},
      .postgresql = SqlText{.guards = {},
                            .statements = with(std::string(walk_in_postgresql),
                                               {{"$known", known_paths()}, {"$keys", keys_of_paths()}})}};
  return step;
}

const SqlStep& sql_config_from_rows() {
  static const std::string given = with(std::string(settings), {{"$renamed", paths_of_keys()}});
  static const SqlStep step{
      .what = "the settings become one row again",
      .tables = {"config", "config_old"},
      .sqlite =
          SqlText{
              .guards =
                  {{given + "SELECT 1 FROM setting WHERE NOT coalesce(json_valid(value), 0) OR path GLOB "
                            "'*[^A-Za-z0-9_.]*' OR path = '' OR "
                            "'.' || path || '.' LIKE '%..%'",
                    "a setting has an unusual name or value"},
                   {given + "SELECT 1 FROM setting AS a JOIN setting AS b ON substr(b.path, 1, length(a.path) + 1) = "
                            "a.path || '.'",
                    "the name of a setting is the beginning of another one's"},
                   {given + "SELECT path FROM setting GROUP BY path HAVING count(*) > 1",
                    "two settings have one place"},
                   {"SELECT 1 FROM (SELECT data FROM config_old ORDER BY id DESC LIMIT 1) WHERE typeof(data) = 'text' "
                    "AND NOT json_valid(data)",
                    "the newest of the old configs is not JSON"},
                   {given +
                        "SELECT 1 FROM (SELECT data FROM config_old ORDER BY id DESC LIMIT 1) AS blob, json_tree(CASE "
                        "WHEN typeof(data) "
                        "= 'text' THEN data END) AS t JOIN setting ON substr(setting.path, 1, length(t.fullkey) - 1) = "
                        "substr(t.fullkey, 3) || '.' WHERE t.parent IS NOT NULL AND t.type <> 'object'",
                    "a setting stands where an object is needed"}},
              .statements = with(R"sql(
CREATE TEMP TABLE liftlock_setting AS
$givenSELECT row_number() OVER (ORDER BY "key") AS number, '$."' || replace(path, '.', '"."') || '"' AS place, value FROM setting;
CREATE TEMP TABLE liftlock_blob AS WITH RECURSIVE
  filled (number, data) AS (
    SELECT 0, coalesce((SELECT CASE WHEN $readable THEN data END FROM config_old ORDER BY id DESC LIMIT 1), '{}')
    UNION ALL SELECT s.number, json_set(filled.data, s.place, json(s.value)) FROM filled JOIN liftlock_setting AS s ON s.number = filled.number + 1)
SELECT data, coalesce($readable, 0) AS is_readable FROM filled ORDER BY number DESC LIMIT 1;
UPDATE config_old SET data = (SELECT data FROM liftlock_blob)
WHERE id = (SELECT max(id) FROM config_old) AND (SELECT is_readable FROM liftlock_blob);
INSERT INTO config_old (data, version) SELECT data, 0 FROM liftlock_blob WHERE NOT is_readable AND EXISTS (SELECT 1 FROM liftlock_setting);
DROP TABLE temp.liftlock_blob;
DROP TABLE temp.liftlock_setting;
)sql",
                                 {{"$given", given}, {"$readable", newest_is_object}})},
      .postgresql = SqlText{.guards = {},
                            .statements = with(std::string(gather_in_postgresql), {{"$renamed", paths_of_keys()}})}};
  return step;
}

}  // namespace liftlock::migration::openwebui
