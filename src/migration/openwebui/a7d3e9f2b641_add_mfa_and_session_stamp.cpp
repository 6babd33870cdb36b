#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  add_missing_column(op, "auth", column("mfa", types::json));
  add_missing_column(op, "auth", column("session_stamp", types::text));
}

void downgrade(Operations& op) { drop_present_columns(op, "auth", {"session_stamp", "mfa"}); }

}  // namespace

const Revision& revision_a7d3e9f2b641() {
  static const Revision revision{
      .id = "a7d3e9f2b641",
      .down_revision = "d4c1a8e37b62",
      .message = "add MFA state and account session stamps",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
