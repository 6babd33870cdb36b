#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("folder")) {
    op.create_table(
        "folder",
        {column("id", types::text).not_null(), column("parent_id", types::text),
         column("user_id", types::text).not_null(), column("name", types::text).not_null(),
         column("items", types::json), column("meta", types::json), column("is_expanded", types::boolean).not_null(),
         column("created_at", types::date_time).server_default("CURRENT_TIMESTAMP").not_null(),
         column("updated_at", types::date_time).server_default("CURRENT_TIMESTAMP").not_null()},
        {primary_key({"id", "user_id"})});
  }
  if (!op.has_column("chat", "folder_id")) op.add_column("chat", column("folder_id", types::text));
}

void downgrade(Operations& op) {
  drop_present_column(op, "chat", "folder_id");
  drop_present_table(op, "folder");
}

}  // namespace

const Revision& revision_c69f45358db4() {
  static const Revision revision{
      .id = "c69f45358db4",
      .down_revision = "3ab32c4b8f59",
      .message = "Add folder table",
      .create_date = "2024-10-16 02:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
