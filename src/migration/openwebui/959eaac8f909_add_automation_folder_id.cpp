#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  add_missing_column(op, "automation", column("folder_id", types::text));
  create_missing_index(op, "ix_automation_user_folder", "automation", {"user_id", "folder_id"});
}

void downgrade(Operations& op) {
  drop_present_index(op, "ix_automation_user_folder", "automation");
  drop_present_column(op, "automation", "folder_id");
}

}  // namespace

const Revision& revision_959eaac8f909() {
  static const Revision revision{
      .id = "959eaac8f909",
      .down_revision = "55f1302ac17c",
      .message = "add automation folder id",
      .create_date = "2026-07-26 19:19:31.345756",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
