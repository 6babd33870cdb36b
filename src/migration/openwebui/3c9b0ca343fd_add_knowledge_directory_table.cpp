#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("knowledge_directory")) {
    op.create_table("knowledge_directory",
                    {column("id", types::text).not_null(), column("knowledge_id", types::text).not_null(),
                     column("parent_id", types::text), column("name", types::text).not_null(),
                     column("user_id", types::text).not_null(), column("created_at", types::big_integer).not_null(),
                     column("updated_at", types::big_integer).not_null()},
                    {foreign_key({"knowledge_id"}, "knowledge", {"id"}, "CASCADE"),
                     foreign_key({"parent_id"}, "knowledge_directory", {"id"}, "CASCADE"), primary_key({"id"}),
                     unique({"knowledge_id", "parent_id", "name"}, "uq_knowledge_directory_knowledge_parent_name")});
  }
  create_missing_index(op, "ix_knowledge_directory_knowledge_id", "knowledge_directory", {"knowledge_id"});
  create_missing_index(op, "ix_knowledge_directory_parent_id", "knowledge_directory", {"parent_id"});

  if (!op.has_column("knowledge_file", "directory_id")) {
    auto batch = op.batch_alter_table("knowledge_file");
    batch.add_column(column("directory_id", types::text));
    batch.create_foreign_key("fk_knowledge_file_directory_id", "knowledge_directory", {"directory_id"}, {"id"},
                             "SET NULL");
  }
  create_missing_index(op, "ix_knowledge_file_directory_id", "knowledge_file", {"directory_id"});
}

void downgrade(Operations& op) {
  drop_present_column(op, "knowledge_file", "directory_id");
  drop_present_table(op, "knowledge_directory");
}

}  // namespace

const Revision& revision_3c9b0ca343fd() {
  static const Revision revision{
      .id = "3c9b0ca343fd",
      .down_revision = "a0b1c2d3e4f5",
      .message = "add knowledge_directory table",
      .create_date = "2026-05-13 21:58:40.832482",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
