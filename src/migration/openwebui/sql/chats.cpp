#include "migration/openwebui/sql/chats_postgresql.hpp"
#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Chats whose messages become rows: of users, not shared, and holding something.
constexpr std::string_view counts =
    "user_id IS NOT NULL AND user_id NOT LIKE 'shared-%' AND chat IS NOT NULL AND chat <> ''";

/// Messages with a part that a column of chat_message takes otherwise than SQL would.
constexpr std::string_view odd_message = R"sql(
SELECT 1 FROM chat AS c, json_each(CASE json_type(c.chat) WHEN 'object' THEN c.chat END, '$.history.messages') AS m
WHERE c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND c.chat <> '' AND CASE m.type WHEN 'object' THEN
  coalesce(json_type(m.value, '$.role'), 'null') NOT IN ('text', 'null')
  OR coalesce(json_type(m.value, '$.parentId'), 'null') NOT IN ('text', 'null')
  OR coalesce(json_type(m.value, '$.model'), 'null') NOT IN ('text', 'null')
  OR coalesce(json_type(m.value, '$.done'), 'null') NOT IN ('true', 'false', 'null')
  OR coalesce(json_type(m.value, '$.timestamp'), 'null') NOT IN ('integer', 'real', 'null')
  OR (SELECT count(*) - count(DISTINCT "key") FROM json_each(m.value)) > 0 END)sql";

constexpr std::string_view repeated_message = R"sql(
SELECT 1 FROM chat AS c, json_each(CASE json_type(c.chat) WHEN 'object' THEN c.chat END, '$.history.messages') AS m
WHERE c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND c.chat <> '' GROUP BY c.rowid, m."key" HAVING count(*) > 1)sql";

constexpr std::string_view repeated_part = R"sql(
SELECT 1 FROM chat AS c, json_each(CASE json_type(c.chat) WHEN 'object' THEN c.chat END) AS part
WHERE c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND c.chat <> '' GROUP BY c.rowid, part."key" HAVING count(*) > 1
UNION ALL SELECT 1 FROM chat AS c, json_each(CASE json_type(c.chat) WHEN 'object' THEN c.chat END, '$.history') AS part
WHERE c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND c.chat <> '' GROUP BY c.rowid, part."key" HAVING count(*) > 1)sql";

constexpr std::string_view write_messages = R"sql(
INSERT INTO chat_message (id, chat_id, user_id, role, parent_id, content, output, model_id, files, sources, embeds, done,
  status_history, error, usage, created_at, updated_at)
SELECT chat_id || '-' || message_id, chat_id, user_id, message ->> '$.role', message ->> '$.parentId',
  coalesce(message -> '$.content', 'null'), coalesce(message -> '$.output', 'null'), message ->> '$.model',
  coalesce(message -> '$.files', 'null'), coalesce(message -> '$.sources', 'null'), coalesce(message -> '$.embeds', 'null'),
  CASE json_type(message, '$.done') WHEN 'false' THEN 0 WHEN 'null' THEN NULL ELSE 1 END,
  coalesce(message -> '$.statusHistory', 'null'), coalesce(message -> '$.error', 'null'), coalesce(message -> '$.usage', 'null'),
  time, time
FROM (
  SELECT chat_id, message_id, user_id, message,
    CASE WHEN seconds >= 1577836800 AND seconds <= $now + 86400 THEN seconds ELSE $now END AS time
  FROM (
    SELECT *, CASE WHEN stamp > 10000000000 THEN stamp / 1000 ELSE stamp END AS seconds
    FROM (
      SELECT c.id AS chat_id, c.user_id AS user_id, m."key" AS message_id, m.value AS message,
        CAST(m.value ->> '$.timestamp' AS INTEGER) AS stamp
      FROM chat AS c, json_each(CASE json_type(c.chat) WHEN 'object' THEN c.chat END, '$.history.messages') AS m
      WHERE c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND c.chat <> '' AND m.type = 'object'
        AND CASE m.type WHEN 'object' THEN m.value ->> '$.role' END <> '')));
)sql";

/// The message on view: the first of three names that a message bears, else the latest that nobody has answered.
constexpr std::string_view choose_messages = R"sql(
CREATE TEMP TABLE liftlock_node (chat_id, id, parent, time, place, PRIMARY KEY (chat_id, id));
INSERT INTO liftlock_node SELECT chat_id, substr(id, length(chat_id) + 2), CASE WHEN parent_id LIKE chat_id || '-%' AND substr(parent_id, 1, length(chat_id) + 1) = chat_id || '-'
    THEN substr(parent_id, length(chat_id) + 2) ELSE parent_id END, created_at, rowid
FROM chat_message WHERE chat_id IN (SELECT id FROM chat);
CREATE TEMP TABLE liftlock_bare AS SELECT id, chat FROM chat
WHERE id NOT IN (SELECT chat_id FROM liftlock_node) AND json_type(CASE WHEN chat <> '' THEN chat END) = 'object';
INSERT INTO liftlock_node SELECT b.id, m."key", CASE WHEN m.type = 'object' AND json_type(m.value, '$.parentId') = 'text' THEN m.value ->> '$.parentId' END,
  CASE WHEN m.type = 'object' AND json_type(m.value, '$.timestamp') IN ('integer', 'real') THEN m.value ->> '$.timestamp' ELSE 0 END, m.id
FROM liftlock_bare AS b, json_each(b.chat, '$.history.messages') AS m WHERE typeof(m."key") = 'text';
INSERT INTO liftlock_node SELECT b.id, m.value ->> '$.id', CASE WHEN json_type(m.value, '$.parentId') = 'text' THEN m.value ->> '$.parentId' END,
  CASE WHEN json_type(m.value, '$.timestamp') IN ('integer', 'real') THEN m.value ->> '$.timestamp' ELSE 0 END, m.id
FROM liftlock_bare AS b, json_each(b.chat, '$.messages') AS m
WHERE b.id NOT IN (SELECT chat_id FROM liftlock_node) AND json_type(b.chat, '$.messages') = 'array' AND m.type = 'object'
  AND json_type(CASE m.type WHEN 'object' THEN m.value END, '$.id') = 'text' AND m.value ->> '$.id' <> '';
CREATE TEMP TABLE liftlock_parent (chat_id, id, PRIMARY KEY (chat_id, id));
INSERT INTO liftlock_parent SELECT DISTINCT chat_id, parent FROM liftlock_node AS n
WHERE EXISTS (SELECT 1 FROM liftlock_node AS p WHERE p.chat_id = n.chat_id AND p.id = n.parent);
CREATE TEMP TABLE liftlock_chosen (chat_id PRIMARY KEY, id);
INSERT INTO liftlock_chosen SELECT c.id, coalesce(
  (SELECT n.id FROM (SELECT 1 AS rank, c.chat ->> '$.history.currentId' AS name, json_type(c.chat, '$.history.currentId') AS type
      UNION ALL SELECT 2, c.chat ->> '$.currentId', json_type(c.chat, '$.currentId')
      UNION ALL SELECT 3, c.chat ->> '$.branchPointMessageId', json_type(c.chat, '$.branchPointMessageId')) AS candidate
    JOIN liftlock_node AS n ON n.chat_id = c.id AND n.id = CASE WHEN substr(candidate.name, 1, length(c.id) + 1) = c.id || '-'
      THEN substr(candidate.name, length(c.id) + 2) ELSE candidate.name END
    WHERE candidate.type = 'text' AND candidate.name <> '' ORDER BY candidate.rank LIMIT 1),
  (SELECT n.id FROM liftlock_node AS n WHERE n.chat_id = c.id
    ORDER BY EXISTS (SELECT 1 FROM liftlock_parent AS p WHERE p.chat_id = n.chat_id AND p.id = n.id), n.time DESC, n.place LIMIT 1))
FROM (SELECT id, CASE WHEN chat <> '' AND substr(ltrim(chat, ' ' || char(9, 10, 13)), 1, 1) = '{' THEN chat ELSE '{}' END AS chat FROM chat WHERE id IS NOT NULL) AS c;
UPDATE chat SET current_message_id = (SELECT id FROM liftlock_chosen WHERE chat_id = chat.id)
WHERE id IN (SELECT chat_id FROM liftlock_chosen WHERE id <> '');
DROP TABLE temp.liftlock_chosen;
DROP TABLE temp.liftlock_parent;
DROP TABLE temp.liftlock_bare;
DROP TABLE temp.liftlock_node;
)sql";

SqlGuard unreadable_chats() { return unreadable("chat", "chat", std::string(counts), "a chat is not JSON"); }

SqlGuard wrapped_chats() {
  return {"SELECT 1 FROM chat WHERE chat <> '' AND json_type(CASE WHEN json_valid(chat) THEN chat END) = 'text'",
          "a chat is JSON within a JSON text"};
}

}  // namespace

const SqlStep& sql_chat_text_to_json() {
  static const SqlStep step{
      .what = "chats become JSON",
      .tables = {"chat"},
      .sqlite =
          SqlText{.guards = {unreadable("chat", "chat_text", "chat_text IS NOT NULL AND chat_text NOT IN ('', 'null')",
                                        "a chat is not JSON")},
                  .statements = R"sql(
UPDATE chat SET chat = CASE WHEN chat_text IN ('', 'null') THEN 'null' ELSE chat_text END;
)sql"},
      .postgresql = SqlText{.guards = {}, .statements = R"sql(
UPDATE chat SET chat = CASE WHEN chat_text IN ('', 'null') THEN 'null' ELSE chat_text END::json;
)sql"}};
  return step;
}

const SqlStep& sql_empty_chats() {
  const auto text = [](std::string_view type) {
    return SqlText{.guards = {},
                   .statements = with("UPDATE chat SET chat = NULL WHERE chat$type = 'null';\n", {{"$type", type}})};
  };
  static const SqlStep step{
      .what = "an empty chat is NULL", .tables = {"chat"}, .sqlite = text(""), .postgresql = text("::text")};
  return step;
}

const SqlStep& sql_messages_of_chats() {
  static const SqlStep step{
      .what = "messages of chats become rows of chat_message",
      .tables = {"chat", "chat_message"},
      .sqlite = SqlText{.guards = {unreadable_chats(),
                                   wrapped_chats(),
                                   {std::string(repeated_part), "a chat says one thing twice"},
                                   {std::string(repeated_message), "a chat has two messages of one id"},
                                   {std::string(odd_message), "a message has a part of an unusual kind"}},
                        .statements = std::string(write_messages)},
      .postgresql = messages_of_chats_in_postgresql()};
  return step;
}

const SqlStep& sql_current_messages() {
  static const SqlStep step{
      .what = "chats say which message is on view",
      .tables = {"chat", "chat_message"},
      .sqlite = SqlText{.guards = {unreadable("chat", "chat", "chat IS NOT NULL AND chat <> ''", "a chat is not JSON"),
                                   {with(std::string(repeated_part),
                                         {{"c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND ", ""}}),
                                    "a chat says one thing twice"},
                                   {with(std::string(repeated_message),
                                         {{"c.user_id IS NOT NULL AND c.user_id NOT LIKE 'shared-%' AND ", ""}}),
                                    "a chat has two messages of one id"},
                                   {"SELECT 1 FROM chat_message WHERE substr(id, 1, length(chat_id) + 1) <> chat_id || "
                                    "'-' OR length(id) = length(chat_id) + 1",
                                    "the id of a message does not begin with that of its chat"}},
                        .statements = std::string(choose_messages)},
      .postgresql = current_messages_in_postgresql()};
  return step;
}

const SqlStep& sql_chats_are_read() {
  static const SqlText text{.guards = {},
                            .statements = "UPDATE chat SET last_read_at = updated_at WHERE last_read_at IS NULL;\n"};
  static const SqlStep step{.what = "chats count as read", .tables = {"chat"}, .sqlite = text, .postgresql = text};
  return step;
}

const SqlStep& sql_due_timers() {
  static const SqlStep step{
      .what = "pending timers get a column of their own",
      .tables = {"chat"},
      .sqlite =
          SqlText{
              .guards =
                  {{R"sql(SELECT 1 FROM chat WHERE typeof(meta) = 'text' AND (meta LIKE '%timer%' OR meta LIKE '%\u%')
 AND CASE WHEN NOT json_valid(meta) OR instr(CAST(meta AS BLOB), x'00') > 0 THEN 1 WHEN json_type(meta) <> 'object' THEN 0
 ELSE (SELECT count(*) - count(DISTINCT "key") FROM json_each(meta)) > 0 OR (meta ->> '$.type' = 'timer' AND meta ->> '$.status' = 'pending'
   AND (json_type(meta, '$.timer_at') = 'text' OR (json_type(meta, '$.timer_at') IN ('integer', 'real') AND NOT abs(meta ->> '$.timer_at') < 9.2e18))) END)sql",
                    "a timer has an unusual form"}},
              .statements = R"sql(
UPDATE chat SET timer_at = CAST(meta ->> '$.timer_at' AS INTEGER)
WHERE timer_at IS NULL AND typeof(meta) = 'text' AND (meta LIKE '%timer%' OR meta LIKE '%\u%')
  AND CASE WHEN json_valid(meta) THEN json_type(meta) = 'object' AND json_type(meta, '$.type') = 'text' AND meta ->> '$.type' = 'timer'
    AND json_type(meta, '$.status') = 'text' AND meta ->> '$.status' = 'pending'
    AND json_type(meta, '$.timer_at') IN ('integer', 'real', 'true', 'false') END;
)sql"},
      .postgresql = due_timers_in_postgresql()};
  return step;
}

}  // namespace liftlock::migration::openwebui
