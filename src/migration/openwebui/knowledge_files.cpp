#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/openwebui/sql_steps.hpp"
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

/// Writes each knowledge base's list of files as rows. Where knowledge.data is there to stay, the list is taken out of
/// it.
class FileLinks final : public RowStep {
 public:
  FileLinks(Operations& op, bool column_stays)
      : op_(op),
        column_stays_(column_stays),
        links_(op.insert_into("knowledge_file",
                              {"id", "user_id", "knowledge_id", "file_id", "created_at", "updated_at"}, "knowledge")),
        files_(op.lookup("file", "id", "SELECT 1 FROM {table} WHERE id = ?")),
        now_(Value::integer(op.environment().now())) {}

  void apply(Row& row) override {
    const Value data = row.get("data");
    if (data.bytes().empty()) return;
    auto parsed = load_json(data.bytes());
    if (parsed && parsed->is_string()) parsed = load_json(parsed->get_ref<const std::string&>());
    if (parsed && parsed->empty()) {
      if (column_stays_) row.set("data", Value::null());
      return;
    }
    if (column_stays_ && !(parsed && parsed->is_object() && parsed->contains("file_ids"))) return;
    if (!parsed || !parsed->is_object()) return set_aside(row, "This is not a JSON object.");
    const auto list = parsed->find("file_ids");
    if (list == parsed->end() || list->is_null()) {
      return set_aside(row, "It lists no files, and the column goes.");
    }
    if (!list->is_array()) return set_aside(row, "Its file_ids are no list.");
    if (!column_stays_ && parsed->size() > 1) set_aside(row, "It holds more than file_ids, and the column goes.");
    link(row, *list);
    if (column_stays_) take_out_list(row, *parsed);
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

  static void take_out_list(Row& row, Json& data) {
    data.erase("file_ids");
    const std::string rest = data.empty() ? std::string() : dump_json(data);
    row.set("data", data.empty() ? Value::null() : Value::text(rest));
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
  bool column_stays_;
  Inserter& links_;
  std::unique_ptr<Lookup> files_;
  Value now_;
};

}  // namespace

void move_knowledge_files(Operations& op) {
  create_knowledge_file(op);
  if (!op.has_column("knowledge", "data")) return;
  // 81cc2ce44d79 adds both columns: knowledge.data comes back, for other things.
  const bool column_stays = op.has_column("channel_file", "message_id");
  const bool scripted = !column_stays && op.write_sql(sql_files_of_knowledge());
  if (!scripted) op.rewrite_rows("knowledge", std::make_unique<FileLinks>(op, column_stays));
  if (!column_stays) op.drop_column("knowledge", "data");
}

}  // namespace liftlock::migration::openwebui
