#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// The JSON in a column; nothing counts as an empty object.
std::string stored(std::string_view column) {
  return with("CASE WHEN $c IS NULL OR $c = '' THEN '{}' ELSE $c END", {{"$c", column}});
}

SqlGuard unusual(std::string_view kind, std::string_view column) {
  return {with(R"sql(SELECT 1 FROM "$t" WHERE $c IS NOT NULL AND $c <> '' AND CASE WHEN NOT json_valid($c) THEN 1
 WHEN instr(CAST($c AS BLOB), x'00') > 0 THEN 1 ELSE json_type($c) = 'text' END)sql",
               {{"$t", kind}, {"$c", column}}),
          with("the $c of a $t is not JSON, or encoded twice", {{"$t", kind}, {"$c", column}})};
}

std::string meta_of_skill() {
  return with(R"sql(json(CASE WHEN json_type($m) IN ('null', 'false') OR json($m) = '[]' THEN '{}'
    WHEN json_type($m) IN ('integer', 'real') AND $m = 0 THEN '{}' ELSE $m END))sql",
              {{"$m", "(" + stored("meta") + ")"}});
}

std::string object_in_meta() {
  return with("CASE WHEN json_type($m) = 'object' THEN $m ELSE '{}' END", {{"$m", "(" + stored("meta") + ")"}});
}

/// Without what is read from a plugin's source each time.
std::string meta_of_plugin(std::string_view kind) {
  const std::string toggle = kind == "function" ? ", '$.toggle'" : "";
  const std::string removed = "json_remove(" + object_in_meta() + ", '$.manifest', '$.has_user_valves'" + toggle + ")";
  const std::string described =
      with("CASE WHEN json_type($m, '$.description') IS NULL THEN json_set($m, '$.description', NULL) ELSE $m END",
           {{"$m", removed}});
  return with(
      R"sql((SELECT json(CASE WHEN m -> '$.i18n' IN ('null', 'false', '""', '[]', '{}', '0', '0.0') THEN json_remove(m, '$.i18n') ELSE m END)
    FROM (SELECT $m AS m)))sql",
      {{"$m", described}});
}

std::string snapshot_of(std::string_view kind) {
  if (kind == "skill") {
    return "json_object('name', name, 'description', description, 'meta', " + meta_of_skill() +
           ", 'content', content, 'data', json(data))";
  }
  if (kind == "model") {
    return "json_object('name', name, 'base_model_id', base_model_id, 'params', json(" + stored("params") +
           "), 'meta', json(json_remove(" + object_in_meta() + ", '$.hidden', '$.chat_variables_schema')))";
  }
  return "json_object('name', name, 'content', coalesce(content, ''), 'meta', " + meta_of_plugin(kind) + ")";
}

// PostgreSQL. A text that is no JSON stops the cast, and so the script.

std::string stored_in_postgresql(std::string_view column) {
  return with("(CASE WHEN $c::text = '' OR $c IS NULL THEN '{}' ELSE $c::text END)::jsonb", {{"$c", column}});
}

SqlGuard encoded_twice_in_postgresql(std::string_view kind, std::string_view column) {
  return {with(R"sql(SELECT 1 FROM "$t" WHERE jsonb_typeof($j) = 'string')sql",
               {{"$t", kind}, {"$j", stored_in_postgresql(column)}}),
          with("the $c of a $t is encoded twice", {{"$t", kind}, {"$c", column}})};
}

std::string object_in_postgresql(std::string_view column) {
  return with("(CASE jsonb_typeof($j) WHEN 'object' THEN $j ELSE '{}'::jsonb END)",
              {{"$j", stored_in_postgresql(column)}});
}

constexpr std::string_view false_in_postgresql =
    "IN ('null'::jsonb, 'false'::jsonb, '\"\"'::jsonb, '[]'::jsonb, '{}'::jsonb, '0'::jsonb, '0.0'::jsonb)";

std::string snapshot_in_postgresql(std::string_view kind) {
  if (kind == "skill") {
    return with(
        "json_build_object('name', name, 'description', description, 'meta', CASE WHEN $m $false THEN '{}'::jsonb ELSE "
        "$m "
        "END, 'content', content, 'data', data)",
        {{"$m", stored_in_postgresql("meta")}, {"$false", false_in_postgresql}});
  }
  if (kind == "model") {
    return "json_build_object('name', name, 'base_model_id', base_model_id, 'params', " +
           stored_in_postgresql("params") + ", 'meta', " + object_in_postgresql("meta") +
           " - 'hidden' - 'chat_variables_schema')";
  }
  return with(
      "json_build_object('name', name, 'content', coalesce(content, ''), 'meta', '{\"description\": null}'::jsonb || "
      "CASE WHEN $m -> 'i18n' $false THEN $m - 'i18n' ELSE $m END)",
      {{"$m", "(" + object_in_postgresql("meta") + " - 'manifest' - 'has_user_valves'" +
                  (kind == "function" ? " - 'toggle'" : "") + ")"},
       {"$false", false_in_postgresql}});
}

SqlText first_versions_in_postgresql(std::string_view kind, std::string_view time) {
  SqlText text;
  text.guards = {encoded_twice_in_postgresql(kind, "meta")};
  if (kind == "model") text.guards.push_back(encoded_twice_in_postgresql(kind, "params"));
  if (kind == "skill") {
    text.statements =
        "UPDATE skill SET data = json_build_object('files', json_build_array(json_build_object('path', 'SKILL.md', "
        "'content', content)));\n";
  }
  text.statements += with(R"sql(UPDATE "$kind" SET version_id = $uuid;
INSERT INTO $kind_history (id, $kind_id, snapshot, user_id, created_at)
SELECT version_id, id, $snapshot, coalesce(user_id, ''), $time FROM "$kind";
)sql",
                          {{"$kind", kind}, {"$snapshot", snapshot_in_postgresql(kind)}, {"$time", time}});
  return text;
}

}  // namespace

SqlStep sql_first_versions(std::string_view kind) {
  const std::string_view time = kind == "skill" ? "updated_at"
                                                : "CASE WHEN updated_at <> 0 THEN updated_at WHEN created_at <> 0 THEN "
                                                  "created_at ELSE 0 END";
  SqlText text;
  text.guards = {unusual(kind, "meta"), repeated_keys(kind, "meta", "a meta says one thing twice")};
  if (kind == "model") text.guards.push_back(unusual(kind, "params"));
  if (kind == "skill") {
    text.statements =
        "UPDATE skill SET data = json_object('files', json_array(json_object('path', 'SKILL.md', 'content', "
        "content)));\n";
  }
  text.statements += with(R"sql(UPDATE "$kind" SET version_id = $uuid;
INSERT INTO $kind_history (id, $kind_id, snapshot, user_id, created_at)
SELECT version_id, id, $snapshot, coalesce(user_id, ''), $time FROM "$kind" ORDER BY rowid;
)sql",
                          {{"$kind", kind}, {"$snapshot", snapshot_of(kind)}, {"$time", time}});
  return {.what = "a first version in the history",
          .tables = {kind},
          .sqlite = std::move(text),
          .postgresql = first_versions_in_postgresql(kind, time)};
}

}  // namespace liftlock::migration::openwebui
