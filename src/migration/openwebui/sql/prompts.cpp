#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

constexpr std::string_view without_slash =
    "CASE WHEN substr(command, 1, 1) = '/' THEN substr(command, 2) ELSE command END";
constexpr std::string_view with_slash =
    "CASE WHEN coalesce(command, id) = '' OR substr(coalesce(command, id), 1, 1) = '/' THEN coalesce(command, id) "
    "ELSE '/' || coalesce(command, id) END";
constexpr const char* equal_commands = "two prompts have the same command but for the slash";

SqlGuard equal(std::string_view table, std::string_view command) {
  return {
      with("SELECT 1 FROM $t WHERE ($c) IS NOT NULL GROUP BY $c HAVING count(*) > 1", {{"$t", table}, {"$c", command}}),
      equal_commands};
}

SqlText move(std::string_view object, std::string_view empty, std::string_view access, std::string_view yes,
             std::string_view place) {
  return {.guards = {equal("prompt", without_slash)},
          .statements = with(
              R"sql(
CREATE TEMPORARY TABLE liftlock_prompt AS SELECT $uuid AS id, $uuid AS version_id, $command AS command,
  coalesce(user_id, '') AS user_id, coalesce(title, '') AS title, coalesce(content, '') AS content,
  coalesce(timestamp, $now) AS timestamp, access_control, $place AS place FROM prompt;
INSERT INTO prompt_new (id, command, user_id, name, content, data, meta, access_control, is_active, version_id, tags, created_at, updated_at)
SELECT id, command, user_id, title, content, '{}', '{}', coalesce(access_control, 'null'), $yes, version_id, '[]', timestamp, timestamp
FROM liftlock_prompt ORDER BY place;
INSERT INTO prompt_history (id, prompt_id, snapshot, user_id, created_at)
SELECT version_id, id, $object('name', title, 'content', content, 'command', command, 'data', $empty, 'meta', $empty,
  'access_control', $access), user_id, timestamp FROM liftlock_prompt ORDER BY place;
DROP TABLE liftlock_prompt;
)sql",
              {{"$command", without_slash},
               {"$object", object},
               {"$empty", empty},
               {"$access", access},
               {"$yes", yes},
               {"$place", place}})};
}

}  // namespace

const SqlStep& sql_prompts_with_history() {
  static const SqlStep step = [] {
    SqlText sqlite = move("json_object", "json('{}')", "json(coalesce(access_control, 'null'))", "1", "rowid");
    sqlite.guards.push_back(unreadable("prompt", "access_control", "access_control IS NOT NULL",
                                       "the access control of a prompt is not JSON"));
    return SqlStep{.what = "prompts get ids of their own and a history",
                   .tables = {"prompt", "prompt_new", "prompt_history"},
                   .sqlite = std::move(sqlite),
                   .postgresql = move("json_build_object", "'{}'::json", "access_control", "true", "ctid")};
  }();
  return step;
}

const SqlStep& sql_prompts_as_before() {
  static const SqlText text{.guards = {equal("prompt", with_slash)},
                            .statements = with(R"sql(
INSERT INTO prompt_old (command, user_id, title, content, timestamp, access_control)
SELECT $command, user_id, name, content, created_at, coalesce(access_control, 'null') FROM prompt;
)sql",
                                               {{"$command", with_slash}})};
  static const SqlStep step{.what = "prompts are known by their command again",
                            .tables = {"prompt", "prompt_old"},
                            .sqlite = text,
                            .postgresql = text};
  return step;
}

}  // namespace liftlock::migration::openwebui
