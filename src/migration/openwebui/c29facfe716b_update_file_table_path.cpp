#include <simdjson.h>

#include <memory>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

class PathFromMeta final : public RowStep {
 public:
  explicit PathFromMeta(Operations& op) : op_(op) {}

  void apply(Row& row) override {
    const std::string_view text = row.text("meta");
    if (row.get("meta").is_null() || !simdjson::validate_utf8(text.data(), text.size())) return;
    const std::optional<Json> meta = row.get("meta").is_integer() ? Json() : load_json(text);
    if (!meta) return empty(row);
    if (!row.get("path").is_null() || !meta->is_object() || !meta->contains("path")) return;
    const Json& path = meta->at("path");
    if (path.is_string()) row.set("path", Value::text(path.get_ref<const std::string&>()));
  }

  void end() override {
    if (unreadable_ == 0) return;
    op_.note("file", "unparsable-file-meta",
             "{} file(s) had metadata that is not JSON and have none now; it is kept in quarantine.jsonl.",
             unreadable_);
  }

 private:
  /// The program cannot list files while one of them has metadata that it cannot read.
  void empty(Row& row) {
    op_.quarantine("file", row.text("id"), "meta", row.text("meta"), "This text is not JSON.");
    row.set("meta", Value::null());
    ++unreadable_;
  }

  Operations& op_;
  std::int64_t unreadable_ = 0;
};

void upgrade(Operations& op) {
  if (!op.has_column("file", "path")) op.add_column("file", column("path", types::text));
  op.alter_column("file", "meta",
                  {.type = std::string(types::json), .nullable = true, .new_column_name = {}, .server_default = {}});
  if (!op.write_sql(sql_paths_of_files())) op.rewrite_rows("file", std::make_unique<PathFromMeta>(op));
}

void downgrade(Operations& op) {
  drop_present_column(op, "file", "path");
  op.alter_column("file", "meta",
                  {.type = std::string(types::text), .nullable = {}, .new_column_name = {}, .server_default = {}});
}

}  // namespace

const Revision& revision_c29facfe716b() {
  static const Revision revision{
      .id = "c29facfe716b",
      .down_revision = "c69f45358db4",
      .message = "Update file table path",
      .create_date = "2024-10-20 17:02:35.241684",
      .summary = "The path of each uploaded file is copied from its metadata into a column of its own.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {{.kind = Effect::Kind::changes_column,
                   .table = "file",
                   .column = "path",
                   .condition = "path IS NULL",
                   .why = "the path is copied from the file's metadata"},
                  {.kind = Effect::Kind::changes_column,
                   .table = "file",
                   .column = "meta",
                   .condition = "CASE WHEN typeof(meta) <> 'text' OR NOT json_valid(meta) OR "
                                "instr(CAST(meta AS BLOB), x'00') > 0 THEN 1 "
                                "ELSE json_type(meta) NOT IN ('object', 'array') OR length(meta) > 990 END",
                   .why = "metadata that is not JSON becomes empty"}},
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_column, "file", "path",
                        "path IS DISTINCT FROM CASE WHEN json_valid(meta) THEN json_extract(meta, '$.path') END",
                        "file.meta says it"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
