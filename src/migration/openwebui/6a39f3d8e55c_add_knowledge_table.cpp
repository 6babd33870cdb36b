#include <memory>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Writes a knowledge row beside each document. A row that is there already stays: it was written by a run that did
/// not come to its end.
class CopyToKnowledge final : public RowStep {
 public:
  explicit CopyToKnowledge(Operations& op)
      : op_(op),
        knowledge_(op.insert_into(
            "knowledge", {"id", "user_id", "name", "description", "meta", "created_at", "updated_at"}, "document")) {}

  void apply(Row& row) override {
    const Value id = row.get("collection_name");
    const std::string meta = dump_json({{"legacy", true}, {"document", true}, {"tags", tags(row.get("content"))}});
    const Value title = row.get("title");
    const Value user = row.get("user_id");
    const Value time = row.get("timestamp");
    if (title.is_null() || user.is_null() || time.is_null()) ++incomplete_;
    std::ignore =
        knowledge_.insert_new({id, user.is_null() ? Value::text("") : user, title.is_null() ? id : title,
                               row.get("name"), Value::text(meta), time.is_null() ? Value::integer(0) : time, time});
  }

  void end() override {
    if (unreadable_ != 0) {
      op_.note("document", "unreadable-document-tags",
               "{} document(s) have content that cannot be read; their knowledge collections have no tags.",
               unreadable_);
    }
    if (incomplete_ != 0) {
      op_.note(
          "document", "incomplete-document",
          "{} document(s) lack a title, owner or time; their knowledge collections got the name of the collection, "
          "nobody and 0.",
          incomplete_);
    }
  }

 private:
  Json tags(const Value& content) {
    if (content.bytes().empty()) return Json::array();
    const std::optional<Json> document = load_json(content.bytes());
    if (document && document->is_object()) return document->value("tags", Json::array());
    ++unreadable_;
    return Json::array();
  }

  Operations& op_;
  Inserter& knowledge_;
  std::int64_t unreadable_ = 0;
  std::int64_t incomplete_ = 0;
};

void upgrade(Operations& op) {
  if (!op.has_table("knowledge")) {
    op.create_table("knowledge",
                    {column("id", types::text).primary_key(), column("user_id", types::text).not_null(),
                     column("name", types::text).not_null(), column("description", types::text),
                     column("data", types::json), column("meta", types::json),
                     column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer)});
  }
  if (!op.write_sql(sql_documents_to_knowledge())) op.rewrite_rows("document", std::make_unique<CopyToKnowledge>(op));
}

void downgrade(Operations& op) { drop_present_table(op, "knowledge"); }

}  // namespace

const Revision& revision_6a39f3d8e55c() {
  static const Revision revision{
      .id = "6a39f3d8e55c",
      .down_revision = "c0fbf31ca0db",
      .message = "Add knowledge table",
      .create_date = "2024-10-01 14:02:35.241684",
      .summary = "Every document of the old kind also becomes a knowledge collection; the documents stay.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {{.kind = Effect::Kind::adds_rows,
                   .table = "knowledge",
                   .column = "",
                   .condition = "",
                   .why = "documents become knowledge collections"}},
      .proofs = {{.id = "knowledge-of-documents",
                  .title = "documents that are knowledge collections",
                  .before = "SELECT count(*) FROM document",
                  .after = "SELECT count(*) FROM document JOIN knowledge ON knowledge.id = document.collection_name"}},
      .down_effects = {{Effect::Kind::drops_table, "knowledge", "", "id NOT IN (SELECT collection_name FROM document)",
                        "what came from a document still stands there"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
