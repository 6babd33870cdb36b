#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { move_knowledge_files(op); }

}  // namespace

const Revision& revision_3e0e00844bb0() {
  static const Revision revision{
      .id = "3e0e00844bb0",
      .down_revision = "90ef40d4714e",
      .message = "Add knowledge_file table",
      .create_date = "2025-12-02 06:54:19.401334",
      .summary = "The files of knowledge bases become rows of a table of their own.",
      .upgrade = upgrade,
      .effects =
          {
              {Effect::Kind::drops_column, "knowledge", "data", "", "lists of files are kept in knowledge_file"},
              {Effect::Kind::adds_rows, "knowledge_file", "", "", "the files of knowledge bases"},
          },
      .proofs =
          {
              {"knowledge-files", "files of knowledge bases",
               "SELECT count(*) FROM (SELECT DISTINCT knowledge.id, item.value FROM knowledge, "
               "json_each(CASE WHEN json_valid(data) THEN CASE WHEN json_type(data) <> 'text' THEN data "
               "WHEN json_valid(json_extract(data, '$')) THEN json_extract(data, '$') END END, '$.file_ids') AS item "
               "WHERE item.type = 'text' AND typeof(item.key) = 'integer' AND item.value IN (SELECT id FROM file))",
               "SELECT count(*) FROM knowledge_file"},
          },
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
