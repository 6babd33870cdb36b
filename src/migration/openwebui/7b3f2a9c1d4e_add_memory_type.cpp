#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  add_missing_column(op, "memory", column("type", types::string).server_default("'context'").not_null());
  create_missing_index(op, "ix_memory_type", "memory", {"type"});
}

void downgrade(Operations& op) {
  drop_present_index(op, "ix_memory_type", "memory");
  drop_present_column(op, "memory", "type");
}

}  // namespace

const Revision& revision_7b3f2a9c1d4e() {
  static const Revision revision{
      .id = "7b3f2a9c1d4e",
      .down_revision = "4c5ce3d2f27f",
      .message = "add memory type",
      .create_date = "2026-06-25 00:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
