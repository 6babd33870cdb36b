#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { create_missing_index(op, "ix_memory_id_user_id", "memory", {"id", "user_id"}); }

void downgrade(Operations& op) { drop_present_index(op, "ix_memory_id_user_id", "memory"); }

}  // namespace

const Revision& revision_55f1302ac17c() {
  static const Revision revision{
      .id = "55f1302ac17c",
      .down_revision = "b0018471bbbe",
      .message = "Add memory (id, user_id) covering index",
      .create_date = "2026-07-24 00:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
