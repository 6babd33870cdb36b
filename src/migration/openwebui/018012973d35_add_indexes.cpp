#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void index_once(Operations& op, std::string_view name, std::string_view table, Names columns) {
  if (!op.has_index(table, name)) op.create_index(name, table, std::move(columns));
}

void upgrade(Operations& op) {
  index_once(op, "folder_id_idx", "chat", {"folder_id"});
  index_once(op, "user_id_pinned_idx", "chat", {"user_id", "pinned"});
  index_once(op, "user_id_archived_idx", "chat", {"user_id", "archived"});
  index_once(op, "updated_at_user_id_idx", "chat", {"updated_at", "user_id"});
  index_once(op, "folder_id_user_id_idx", "chat", {"folder_id", "user_id"});
  index_once(op, "user_id_idx", "tag", {"user_id"});
  if (op.has_column("function", "is_global")) index_once(op, "is_global_idx", "function", {"is_global"});
}

void downgrade(Operations& op) {
  drop_present_index(op, "folder_id_idx", "chat");
  drop_present_index(op, "user_id_pinned_idx", "chat");
  drop_present_index(op, "user_id_archived_idx", "chat");
  drop_present_index(op, "updated_at_user_id_idx", "chat");
  drop_present_index(op, "folder_id_user_id_idx", "chat");
  drop_present_index(op, "user_id_idx", "tag");
  drop_present_index(op, "is_global_idx", "function");
}

}  // namespace

const Revision& revision_018012973d35() {
  static const Revision revision{
      .id = "018012973d35",
      .down_revision = "d31026856c01",
      .message = "Add indexes",
      .create_date = "2025-08-13 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
