#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("folder", "data")) op.add_column("folder", column("data", types::json));
}

void downgrade(Operations& op) { drop_present_column(op, "folder", "data"); }

}  // namespace

const Revision& revision_d31026856c01() {
  static const Revision revision{
      .id = "d31026856c01",
      .down_revision = "9f0c9cd09105",
      .message = "Update folder table data",
      .create_date = "2025-07-13 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
