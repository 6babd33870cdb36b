#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_missing_column(op, "user", column("variables", types::json)); }

void downgrade(Operations& op) { drop_present_column(op, "user", "variables"); }

}  // namespace

const Revision& revision_b0018471bbbe() {
  static const Revision revision{
      .id = "b0018471bbbe",
      .down_revision = "c49178636c78",
      .message = "add user variables",
      .create_date = "2026-07-24 01:21:46.457057",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
