#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_missing_index(op, "ix_group_member_user_id_group_id", "group_member", {"user_id", "group_id"});
}

void downgrade(Operations& op) { drop_present_index(op, "ix_group_member_user_id_group_id", "group_member"); }

}  // namespace

const Revision& revision_1ce6ade7d93b() {
  static const Revision revision{
      .id = "1ce6ade7d93b",
      .down_revision = "f0bd01a18a3d",
      .message = "Add group_member user_id index",
      .create_date = "2026-07-31 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
