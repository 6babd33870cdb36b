#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void create_knowledge_file(Operations& op) {
  create_missing_table(
      op, "knowledge_file",
      {column("id", types::text).primary_key(), column("user_id", types::text).not_null().index(),
       column("knowledge_id", types::text).references("knowledge", "id", "CASCADE").not_null().index(),
       column("file_id", types::text).references("file", "id", "CASCADE").not_null().index(),
       column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer).not_null()},
      {unique({"knowledge_id", "file_id"}, "uq_knowledge_file_knowledge_file")});
}

/// Writes each knowledge base's list of files as rows.
class FileLinks final : public RowStep {
 public:
  explicit FileLinks(Operations& op)
      : op_(op),
        links_(op.insert_into("knowledge_file",
                              {"id", "user_id", "knowledge_id", "file_id", "created_at", "updated_at"}, "knowledge")),
        files_(op.lookup("file", "id", "SELECT 1 FROM {table} WHERE id = ?")),
        now_(Value::integer(op.environment().now())) {}

  void apply(Row& row) override {
    const Value data = row.get("data");
    if (data.bytes().empty()) return;
    auto parsed = load_json(data.bytes());
    if (parsed && parsed->is_string()) parsed = load_json(parsed->get_ref<const std::string&>());
    if (parsed && parsed->empty()) return;
    if (!parsed || !parsed->is_object()) return set_aside(row, "This is not a JSON object.");
    const auto list = parsed->find("file_ids");
    if (list == parsed->end() || list->is_null()) {
      return set_aside(row, "It lists no files, and the column goes.");
    }
    if (!list->is_array()) return set_aside(row, "Its file_ids are no list.");
    if (parsed->size() > 1) set_aside(row, "It holds more than file_ids, and the column goes.");
    link(row, *list);
  }

 private:
  void link(Row& row, const Json& list) {
    std::set<std::string_view> seen;
    for (const Json& item : list) {
      if (!item.is_string()) {
        missing();
        continue;
      }
      const std::string& file = item.get_ref<const std::string&>();
      if (!seen.insert(file).second) {
        op_.note("knowledge_file", "duplicate-knowledge-file",
                 "{} files were listed more than once in a knowledge base; they count once.");
      } else if (!files_->exists({Value::text(file)})) {
        missing();
      } else {
        const std::string id = op_.environment().uuid4();
        // False only where an interrupted run has written the row before.
        std::ignore =
            links_.insert_new({Value::text(id), row.get("user_id"), row.get("id"), Value::text(file), now_, now_});
      }
    }
  }

  void missing() {
    op_.note("knowledge_file", "missing-knowledge-file",
             "{} entries of knowledge bases named a file that is not there any more; they were left out.");
  }

  void set_aside(Row& row, std::string reason) {
    op_.quarantine("knowledge", row.text("id"), "data", row.text("data"), std::move(reason));
    op_.note("knowledge", "unusual-knowledge-data",
             "{} knowledge bases held something else than a list of files; it is kept in quarantine.");
  }

  Operations& op_;
  Inserter& links_;
  std::unique_ptr<Lookup> files_;
  Value now_;
};

void upgrade(Operations& op) {
  create_knowledge_file(op);
  if (!op.has_column("knowledge", "data")) return;
  op.rewrite_rows("knowledge", std::make_unique<FileLinks>(op));
  op.drop_column("knowledge", "data");
}

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
