#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

constexpr std::string_view is_public =
    "access_control IS NULL OR lower(trim(access_control, ' ' || char(9, 10, 13))) = 'null'";

constexpr std::string_view odd_access = R"sql(
SELECT 1 FROM "$r" AS r WHERE NOT ($public) AND CASE json_type(access_control) WHEN 'object' THEN EXISTS (
    SELECT 1 FROM json_each(r.access_control) AS p WHERE p."key" IN ('read', 'write') AND CASE p.type
      WHEN 'object' THEN EXISTS (SELECT 1 FROM json_each(p.value) AS l WHERE l."key" IN ('group_ids', 'user_ids') AND CASE l.type
        WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(l.value) WHERE type NOT IN ('text', 'integer')) WHEN 'null' THEN 0 ELSE 1 END)
        OR (SELECT count(*) - count(DISTINCT "key") FROM json_each(p.value)) > 0
      WHEN 'null' THEN 0 ELSE json(p.value) <> '[]' END)
  ELSE json(access_control) NOT IN ('[]', 'false', '""') END)sql";

constexpr std::string_view grant_lists = R"sql(
INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, created_at)
SELECT $uuid, '$r', r.id, CASE l."key" WHEN 'group_ids' THEN 'group' ELSE 'user' END, item.value, p."key", $now
FROM (SELECT id, access_control FROM "$r" WHERE NOT ($public)) AS r,
  json_each(CASE json_type(r.access_control) WHEN 'object' THEN r.access_control ELSE '{}' END) AS p,
  json_each(CASE WHEN p."key" IN ('read', 'write') AND p.type = 'object' THEN p.value ELSE '{}' END) AS l,
  json_each(CASE WHEN l."key" IN ('group_ids', 'user_ids') AND l.type = 'array' THEN l.value ELSE '[]' END) AS item
WHERE true ON CONFLICT DO NOTHING;
)sql";

constexpr std::string_view grant_everybody = R"sql(
INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, created_at)
SELECT $uuid, '$r', id, 'user', '*', 'read', $now FROM "$r" WHERE $public;
)sql";

constexpr std::string_view odd_access_in_postgresql = R"sql(
SELECT 1 FROM "$r" AS r WHERE access_control IS NOT NULL AND CASE json_typeof(access_control) WHEN 'null' THEN false
  WHEN 'object' THEN EXISTS (SELECT 1 FROM json_each(access_control) AS p WHERE p.key IN ('read', 'write') AND CASE json_typeof(p.value)
    WHEN 'object' THEN EXISTS (SELECT 1 FROM json_each(p.value) AS l WHERE l.key IN ('group_ids', 'user_ids') AND CASE json_typeof(l.value)
      WHEN 'array' THEN EXISTS (SELECT 1 FROM json_array_elements(l.value) AS i WHERE json_typeof(i) <> 'string')
      WHEN 'null' THEN false ELSE true END)
    WHEN 'null' THEN false ELSE true END)
  WHEN 'array' THEN json_array_length(access_control) > 0 ELSE true END)sql";

constexpr std::string_view grant_lists_in_postgresql = R"sql(
INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, created_at)
SELECT $uuid, '$r', r.id, CASE l.key WHEN 'group_ids' THEN 'group' ELSE 'user' END, item #>> '{}', p.key, $now
FROM "$r" AS r,
  json_each(CASE json_typeof(r.access_control) WHEN 'object' THEN r.access_control ELSE '{}'::json END) AS p,
  json_each(CASE WHEN p.key IN ('read', 'write') AND json_typeof(p.value) = 'object' THEN p.value ELSE '{}'::json END) AS l,
  json_array_elements(CASE WHEN l.key IN ('group_ids', 'user_ids') AND json_typeof(l.value) = 'array' THEN l.value ELSE '[]'::json END) AS item
ON CONFLICT DO NOTHING;
)sql";

constexpr std::string_view grant_everybody_in_postgresql = R"sql(
INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, created_at)
SELECT $uuid, '$r', id, 'user', '*', 'read', $now FROM "$r" WHERE access_control IS NULL OR json_typeof(access_control) = 'null';
)sql";

constexpr std::string_view gather = R"sql(
UPDATE "$r" SET access_control = CASE
  WHEN EXISTS (SELECT 1 FROM access_grant WHERE resource_type = '$r' AND resource_id = "$r".id
    AND principal_type = 'user' AND principal_id = '*' AND permission = 'read') THEN NULL
  WHEN NOT EXISTS (SELECT 1 FROM access_grant WHERE resource_type = '$r' AND resource_id = "$r".id
    AND principal_type IN ('user', 'group') AND permission IN ('read', 'write')) THEN '{}'
  ELSE $object('read', $object('group_ids', $read_group, 'user_ids', $read_user),
    'write', $object('group_ids', $write_group, 'user_ids', $write_user)) END)sql";

constexpr std::string_view list_sqlite =
    "(SELECT json_group_array(principal_id) FROM (SELECT principal_id FROM access_grant WHERE resource_type = '$r' AND "
    "resource_id = \"$r\".id AND principal_type = '$t' AND permission = '$p' ORDER BY principal_id))";
constexpr std::string_view list_postgresql =
    "(SELECT coalesce(json_agg(principal_id ORDER BY principal_id), '[]'::json) FROM access_grant WHERE resource_type "
    "= "
    "'$r' AND resource_id = \"$r\".id AND principal_type = '$t' AND permission = '$p')";

std::string gathered(std::string_view resource, std::string_view object, std::string_view list) {
  const auto of = [&](std::string_view principal, std::string_view permission) {
    return with(std::string(list), {{"$t", principal}, {"$p", permission}});
  };
  std::string sql = with(std::string(gather), {{"$object", object},
                                               {"$read_group", of("group", "read")},
                                               {"$read_user", of("user", "read")},
                                               {"$write_group", of("group", "write")},
                                               {"$write_user", of("user", "write")}});
  if (resource == "file") sql += "\nWHERE id IN (SELECT resource_id FROM access_grant WHERE resource_type = 'file')";
  return with(std::move(sql), {{"$r", resource}}) + ";\n";
}

}  // namespace

SqlStep sql_grants_of(std::string_view resource) {
  const auto filled = [&](std::string_view text) {
    return with(std::string(text), {{"$public", is_public}, {"$r", resource}});
  };
  // A file without access control is its owner's.
  const std::string everybody = resource == "file" ? "" : filled(grant_everybody);
  return {
      .what = "access control becomes rows of access_grant",
      .tables = {resource, "access_grant"},
      .sqlite =
          SqlText{.guards = {unreadable(resource, "access_control", with("NOT ($public)", {{"$public", is_public}}),
                                        "access control is not JSON"),
                             repeated_keys(resource, "access_control", "access control says one thing twice"),
                             {filled(odd_access), "access control has an unusual form"}},
                  .statements = everybody + filled(grant_lists)},
      .postgresql = SqlText{.guards = {{filled(odd_access_in_postgresql), "access control has an unusual form"}},
                            .statements = (resource == "file" ? std::string() : filled(grant_everybody_in_postgresql)) +
                                          filled(grant_lists_in_postgresql)}};
}

SqlStep sql_access_control_of(std::string_view resource) {
  return {.what = "grants become access control again",
          .tables = {resource, "access_grant"},
          .sqlite = SqlText{.guards = {}, .statements = gathered(resource, "json_object", list_sqlite)},
          .postgresql = SqlText{.guards = {}, .statements = gathered(resource, "json_build_object", list_postgresql)}};
}

}  // namespace liftlock::migration::openwebui
