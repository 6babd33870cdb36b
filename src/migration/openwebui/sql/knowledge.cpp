#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// knowledge.data, or what is in it where it is a JSON string.
constexpr std::string_view list_of_files =
    "CASE json_type(k.data) WHEN 'text' THEN json_extract(k.data, '$') ELSE k.data END";

constexpr std::string_view list_of_files_in_postgresql =
    "CASE json_typeof(k.data) WHEN 'string' THEN (k.data #>> '{}')::json ELSE k.data END";

}  // namespace

const SqlStep& sql_documents_to_knowledge() {
  static const SqlStep step{
      .what = "documents also become knowledge",
      .tables = {"document", "knowledge"},
      .sqlite = SqlText{.guards = {unreadable("document", "content", "content <> ''",
                                              "the content of a document is not JSON"),
                                   repeated_keys("document", "content", "a document says one thing twice")},
                        .statements = R"sql(
INSERT INTO knowledge (id, user_id, name, description, meta, created_at, updated_at)
SELECT collection_name, coalesce(user_id, ''), coalesce(title, collection_name), name,
  json_object('legacy', json('true'), 'document', json('true'), 'tags', json(coalesce(
    CASE WHEN content <> '' AND json_type(content) = 'object' THEN content -> '$.tags' END, '[]'))),
  coalesce(timestamp, 0), timestamp
FROM document WHERE true ORDER BY rowid ON CONFLICT DO NOTHING;
)sql"},
      .postgresql = SqlText{.guards = {}, .statements = R"sql(
INSERT INTO knowledge (id, user_id, name, description, meta, created_at, updated_at)
SELECT collection_name, coalesce(user_id, ''), coalesce(title, collection_name), name,
  json_build_object('legacy', true, 'document', true, 'tags', coalesce(
    CASE WHEN content <> '' THEN CASE json_typeof(content::json) WHEN 'object' THEN content::json -> 'tags' END END, '[]'::json)),
  coalesce(timestamp, 0), timestamp
FROM document ON CONFLICT DO NOTHING;
)sql"}};
  return step;
}

const SqlStep& sql_files_of_knowledge() {
  static const SqlStep step{
      .what = "the files of knowledge bases become rows of their own",
      .tables = {"knowledge", "knowledge_file"},
      .sqlite =
          SqlText{
              .guards =
                  {unreadable("knowledge", "data", "data IS NOT NULL AND data <> ''",
                              "the data of a knowledge base is not JSON"),
                   {with(
                        R"sql(SELECT 1 FROM knowledge AS k WHERE data <> '' AND NOT CASE WHEN NOT json_valid($list) THEN 0
 WHEN json_type($list) = 'null' OR json($list) IN ('{}', '[]') THEN 1
 WHEN json_type($list) <> 'object' OR json_type($list, '$.file_ids') IS NOT 'array' THEN 0
 ELSE (SELECT count(*) FROM json_each($list)) = 1 END)sql",
                        {{"$list", list_of_files}}),
                    "a knowledge base holds something else than a list of files"}},
              .statements = with(R"sql(
INSERT INTO knowledge_file (id, user_id, knowledge_id, file_id, created_at, updated_at)
SELECT $uuid, user_id, knowledge_id, file_id, $now, $now FROM (
  SELECT DISTINCT k.user_id, k.id AS knowledge_id, item.value AS file_id
  FROM knowledge AS k, json_each(CASE WHEN k.data <> '' THEN $list END, '$.file_ids') AS item
  WHERE item.type = 'text' AND item.value IN (SELECT id FROM file));
)sql",
                                 {{"$list", list_of_files}})},
      .postgresql = SqlText{
          .guards = {{with(
                          R"sql(SELECT 1 FROM (SELECT $list AS list FROM knowledge AS k WHERE data IS NOT NULL) AS lists
 WHERE CASE json_typeof(list) WHEN 'null' THEN false WHEN 'array' THEN json_array_length(list) > 0
 WHEN 'object' THEN (SELECT count(*) FROM json_object_keys(list)) > 1
   OR ((SELECT count(*) FROM json_object_keys(list)) = 1 AND json_typeof(list -> 'file_ids') IS DISTINCT FROM 'array')
 ELSE true END)sql",
                          {{"$list", list_of_files_in_postgresql}}),
                      "a knowledge base holds something else than a list of files"}},
          .statements = with(R"sql(
INSERT INTO knowledge_file (id, user_id, knowledge_id, file_id, created_at, updated_at)
SELECT $uuid, user_id, knowledge_id, file_id, $now, $now FROM (
  SELECT DISTINCT lists.user_id, lists.id AS knowledge_id, item #>> '{}' AS file_id
  FROM (SELECT id, user_id, $list AS list FROM knowledge AS k WHERE data IS NOT NULL) AS lists,
    json_array_elements(CASE json_typeof(list) WHEN 'object' THEN coalesce(list -> 'file_ids', '[]'::json) ELSE '[]'::json END) AS item
  WHERE json_typeof(item) = 'string') AS links
WHERE file_id IN (SELECT id FROM file);
)sql",
                             {{"$list", list_of_files_in_postgresql}})}};
  return step;
}

const SqlStep& sql_lists_of_files() {
  static const SqlStep step{.what = "knowledge bases list their files",
                            .tables = {"knowledge", "knowledge_file"},
                            .sqlite = SqlText{.guards = {}, .statements = R"sql(
UPDATE knowledge SET data = json_object('file_ids', (SELECT json_group_array(file_id) FROM (
  SELECT file_id FROM knowledge_file WHERE knowledge_id = knowledge.id ORDER BY file_id)));
)sql"},
                            .postgresql = SqlText{.guards = {}, .statements = R"sql(
UPDATE knowledge SET data = json_build_object('file_ids', coalesce((
  SELECT json_agg(file_id ORDER BY file_id) FROM knowledge_file WHERE knowledge_id = knowledge.id), '[]'::json));
)sql"}};
  return step;
}

const SqlStep& sql_paths_of_files() {
  static const SqlStep step{
      .what = "the path of a file gets a column of its own",
      .tables = {"file"},
      .sqlite = SqlText{.guards = {unreadable("file", "meta", "meta IS NOT NULL AND typeof(meta) <> 'integer'",
                                              "the metadata of a file is not JSON"),
                                   repeated_keys("file", "meta", "the metadata of a file says one thing twice")},
                        .statements = R"sql(
UPDATE file SET path = json_extract(meta, '$.path')
WHERE path IS NULL AND typeof(meta) = 'text' AND json_type(meta) = 'object' AND json_type(meta, '$.path') = 'text';
)sql"},
      .postgresql = SqlText{.guards = {}, .statements = R"sql(
UPDATE file SET path = meta ->> 'path'
WHERE path IS NULL AND CASE json_typeof(meta) WHEN 'object' THEN json_typeof(meta -> 'path') = 'string' END;
)sql"}};
  return step;
}

}  // namespace liftlock::migration::openwebui
