#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_index("memory", "ix_memory_user_id")) op.create_index("ix_memory_user_id", "memory", {"user_id"});
}

void downgrade(Operations& op) { drop_present_index(op, "ix_memory_user_id", "memory"); }

}  // namespace

const Revision& revision_a0b1c2d3e4f5() {
  static const Revision revision{
      .id = "a0b1c2d3e4f5",
      .down_revision = "4de81c2a3af1",
      .message = "Add memory user_id index",
      .create_date = "2025-09-15 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
