#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_missing_column(op, "chat", column("variables", types::json)); }

void downgrade(Operations& op) { drop_present_column(op, "chat", "variables"); }

}  // namespace

const Revision& revision_c49178636c78() {
  static const Revision revision{
      .id = "c49178636c78",
      .down_revision = "9a1b2c3d4e5f",
      .message = "add chat variables",
      .create_date = "2026-07-23 23:33:45.497453",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
