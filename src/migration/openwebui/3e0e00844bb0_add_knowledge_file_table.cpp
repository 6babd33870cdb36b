#include <map>
#include <memory>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { move_knowledge_files(op); }

void list_files(Operations& op) {
  auto lists = std::make_shared<std::map<std::string, Json, std::less<>>>();
  if (op.has_table("knowledge_file")) {
    op.read({"knowledge_file"}, "SELECT knowledge_id, file_id FROM knowledge_file ORDER BY knowledge_id, file_id",
            [&](const ResultRow& row) { (*lists)[row.text(0)].push_back(row.text(1)); });
  }
  op.rewrite_rows("knowledge", [lists](Row& row) {
    const auto files = lists->find(row.text("id"));
    const Json data = {{"file_ids", files != lists->end() ? files->second : Json::array()}};
    const std::string json = dump_json(data);
    row.set("data", Value::text(json));
  });
}

void downgrade(Operations& op) {
  add_missing_column(op, "knowledge", column("data", types::json));
  if (!op.write_sql(sql_lists_of_files())) list_files(op);
  drop_present_table(op, "knowledge_file");
}

/// Files that are there and stand in a knowledge base's list, which may be JSON in a JSON string.
constexpr std::string_view files_before = R"sql(
SELECT count(*) FROM (
  SELECT DISTINCT lists.id, item.value
  FROM (SELECT id, CASE WHEN json_valid(data) THEN CASE WHEN json_type(data) <> 'text' THEN CAST(data AS TEXT)
                        WHEN json_valid(json_extract(data, '$')) THEN json_extract(data, '$') END END AS data
        FROM knowledge) AS lists,
       json_each(CASE WHEN json_type(lists.data, '$.file_ids') = 'array' THEN lists.data END, '$.file_ids') AS item
  WHERE item.type = 'text' AND item.value IN (SELECT id FROM file)
) AS files)sql";

}  // namespace

const Revision& revision_3e0e00844bb0() {
  static const Revision revision{
      .id = "3e0e00844bb0",
      .down_revision = "90ef40d4714e",
      .message = "Add knowledge_file table",
      .create_date = "2025-12-02 06:54:19.401334",
      .summary = "The files of knowledge bases become rows of a table of their own.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::drops_column, "knowledge", "data", "", "lists of files are kept in knowledge_file"},
              {Effect::Kind::adds_rows, "knowledge_file", "", "", "the files of knowledge bases"},
          },
      .proofs =
          {
              {"knowledge-files", "files of knowledge bases", files_before, "SELECT count(*) FROM knowledge_file"},
          },
      .down_effects = {{Effect::Kind::drops_table, "knowledge_file", "", "0", "the files stand in knowledge.data"},
                       {Effect::Kind::changes_column, "knowledge", "data", "", "it lists the files"}},
      .down_proofs = {{"knowledge-files-back", "files of knowledge bases",
                       "SELECT count(*) FROM knowledge_file WHERE knowledge_id IN (SELECT id FROM knowledge)",
                       "SELECT coalesce(sum(json_array_length(data, '$.file_ids')), 0) FROM knowledge"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
