#include "migration/openwebui/sql/chats_postgresql.hpp"

#include "migration/openwebui/sql/pieces.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Chats whose messages become rows: of users, and not shared.
constexpr std::string_view counts = "c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%'";

constexpr std::string_view messages =
    "CASE json_typeof(c.chat) WHEN 'object' THEN CASE json_typeof(c.chat #> '{history,messages}') WHEN 'object' THEN "
    "c.chat #> '{history,messages}' ELSE '{}'::json END ELSE '{}'::json END";

constexpr std::string_view odd_message = R"sql(
SELECT 1 FROM chat AS c, json_each($messages) AS m WHERE $counts AND json_typeof(m.value) = 'object' AND (
  coalesce(json_typeof(m.value -> 'role'), 'null') NOT IN ('string', 'null')
  OR coalesce(json_typeof(m.value -> 'parentId'), 'null') NOT IN ('string', 'null')
  OR coalesce(json_typeof(m.value -> 'model'), 'null') NOT IN ('string', 'null')
  OR coalesce(json_typeof(m.value -> 'done'), 'null') NOT IN ('boolean', 'null')
  OR coalesce(json_typeof(m.value -> 'timestamp'), 'null') NOT IN ('number', 'null')))sql";

constexpr std::string_view write_messages = R"sql(
INSERT INTO chat_message (id, chat_id, user_id, role, parent_id, content, output, model_id, files, sources, embeds, done,
  status_history, error, usage, created_at, updated_at)
SELECT chat_id || '-' || message_id, chat_id, user_id, message ->> 'role', message ->> 'parentId',
  coalesce(message -> 'content', 'null'), coalesce(message -> 'output', 'null'), message ->> 'model',
  coalesce(message -> 'files', 'null'), coalesce(message -> 'sources', 'null'), coalesce(message -> 'embeds', 'null'),
  CASE json_typeof(message -> 'done') WHEN 'boolean' THEN (message ->> 'done')::boolean WHEN 'null' THEN NULL ELSE true END,
  coalesce(message -> 'statusHistory', 'null'), coalesce(message -> 'error', 'null'), coalesce(message -> 'usage', 'null'),
  time, time
FROM (
  SELECT *, CASE WHEN seconds >= 1577836800 AND seconds <= $now + 86400 THEN seconds::bigint ELSE $now END AS time
  FROM (
    SELECT *, CASE WHEN stamp > 10000000000 THEN floor(stamp / 1000) ELSE stamp END AS seconds
    FROM (
      SELECT c.id AS chat_id, c.user_id AS user_id, m.key AS message_id, m.value AS message,
        trunc((m.value ->> 'timestamp')::double precision) AS stamp
      FROM chat AS c, json_each($messages) AS m
      WHERE $counts AND CASE json_typeof(m.value) WHEN 'object' THEN m.value ->> 'role' END <> ''
    ) AS stamped) AS timed) AS written;
)sql";

/// As for SQLite; of messages that are equally late, the first in the table counts.
constexpr std::string_view choose_messages = R"sql(
CREATE TEMPORARY TABLE liftlock_node (chat_id text, id text, parent text, time double precision, place bigint, PRIMARY KEY (chat_id, id));
INSERT INTO liftlock_node SELECT chat_id, substr(id, length(chat_id) + 2),
  CASE WHEN left(parent_id, length(chat_id) + 1) = chat_id || '-' THEN substr(parent_id, length(chat_id) + 2) ELSE parent_id END,
  created_at, row_number() OVER (ORDER BY ctid)
FROM chat_message WHERE chat_id IN (SELECT id FROM chat);
CREATE TEMPORARY TABLE liftlock_bare AS SELECT id, chat FROM chat
WHERE id NOT IN (SELECT chat_id FROM liftlock_node) AND json_typeof(chat) = 'object';
INSERT INTO liftlock_node SELECT c.id, m.key,
  CASE WHEN json_typeof(m.value) = 'object' THEN CASE json_typeof(m.value -> 'parentId') WHEN 'string' THEN m.value ->> 'parentId' END END,
  CASE WHEN json_typeof(m.value) = 'object' THEN
    CASE json_typeof(m.value -> 'timestamp') WHEN 'number' THEN (m.value ->> 'timestamp')::double precision ELSE 0 END ELSE 0 END, m.place
FROM liftlock_bare AS c, json_each($messages) WITH ORDINALITY AS m (key, value, place);
INSERT INTO liftlock_node SELECT c.id, m.value ->> 'id', CASE json_typeof(m.value -> 'parentId') WHEN 'string' THEN m.value ->> 'parentId' END,
  CASE json_typeof(m.value -> 'timestamp') WHEN 'number' THEN (m.value ->> 'timestamp')::double precision ELSE 0 END, m.place
FROM liftlock_bare AS c,
  json_array_elements(CASE json_typeof(c.chat -> 'messages') WHEN 'array' THEN c.chat -> 'messages' ELSE '[]'::json END) WITH ORDINALITY AS m (value, place)
WHERE c.id NOT IN (SELECT chat_id FROM liftlock_node)
  AND CASE json_typeof(m.value) WHEN 'object' THEN json_typeof(m.value -> 'id') = 'string' AND m.value ->> 'id' <> '' END;
CREATE TEMPORARY TABLE liftlock_parent AS SELECT DISTINCT n.chat_id, n.parent AS id
FROM liftlock_node AS n JOIN liftlock_node AS p ON p.chat_id = n.chat_id AND p.id = n.parent;
CREATE INDEX ON liftlock_parent (chat_id, id);
ANALYZE liftlock_node;
ANALYZE liftlock_parent;
UPDATE chat SET current_message_id = chosen.id FROM (
  SELECT c.id AS chat_id, coalesce(
    (SELECT n.id FROM (SELECT 1 AS rank, c.chat #>> '{history,currentId}' AS name, json_typeof(c.chat #> '{history,currentId}') AS type
        UNION ALL SELECT 2, c.chat ->> 'currentId', json_typeof(c.chat -> 'currentId')
        UNION ALL SELECT 3, c.chat ->> 'branchPointMessageId', json_typeof(c.chat -> 'branchPointMessageId')) AS candidate
      JOIN liftlock_node AS n ON n.chat_id = c.id AND n.id = CASE WHEN left(candidate.name, length(c.id) + 1) = c.id || '-'
        THEN substr(candidate.name, length(c.id) + 2) ELSE candidate.name END
      WHERE candidate.type = 'string' AND candidate.name <> '' ORDER BY candidate.rank LIMIT 1),
    (SELECT n.id FROM liftlock_node AS n WHERE n.chat_id = c.id
      ORDER BY EXISTS (SELECT 1 FROM liftlock_parent AS p WHERE p.chat_id = n.chat_id AND p.id = n.id), n.time DESC, n.place LIMIT 1)) AS id
  FROM (SELECT id, CASE json_typeof(chat) WHEN 'object' THEN chat ELSE '{}'::json END AS chat FROM chat) AS c) AS chosen
WHERE chat.id = chosen.chat_id AND chosen.id <> '';
DROP TABLE liftlock_parent;
DROP TABLE liftlock_bare;
DROP TABLE liftlock_node;
)sql";

std::string filled(std::string_view text) {
  return with(std::string(text), {{"$messages", messages}, {"$counts", counts}});
}

}  // namespace

SqlText messages_of_chats_in_postgresql() {
  return {.guards = {{filled(odd_message), "a message has a part of an unusual kind"},
                     {filled("SELECT 1 FROM chat AS c WHERE $counts AND json_typeof(c.chat) = 'string'"),
                      "a chat is JSON within a JSON text"}},
          .statements = filled(write_messages)};
}

SqlText current_messages_in_postgresql() {
  return {
      .guards = {{"SELECT 1 FROM chat_message WHERE left(id, length(chat_id) + 1) <> chat_id || '-' OR length(id) = "
                  "length(chat_id) + 1",
                  "the id of a message does not begin with that of its chat"}},
      .statements = filled(choose_messages)};
}

SqlText due_timers_in_postgresql() {
  return {.guards = {{R"sql(SELECT 1 FROM chat WHERE CASE json_typeof(meta) WHEN 'object' THEN
  meta ->> 'type' = 'timer' AND meta ->> 'status' = 'pending' AND json_typeof(meta -> 'timer_at') = 'string' END)sql",
                      "a timer has an unusual form"}},
          .statements = R"sql(
UPDATE chat SET timer_at = CASE json_typeof(meta -> 'timer_at') WHEN 'boolean' THEN (meta ->> 'timer_at')::boolean::integer
  WHEN 'number' THEN trunc((meta ->> 'timer_at')::numeric) END
WHERE timer_at IS NULL AND CASE json_typeof(meta) WHEN 'object' THEN meta ->> 'type' = 'timer' AND meta ->> 'status' = 'pending'
  AND json_typeof(meta -> 'type') = 'string' AND json_typeof(meta -> 'status') = 'string' END;
)sql"};
}

}  // namespace liftlock::migration::openwebui
