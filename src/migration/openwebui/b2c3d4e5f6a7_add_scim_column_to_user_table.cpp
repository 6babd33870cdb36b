#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("user", "scim")) op.add_column("user", column("scim", types::json));
}

void downgrade(Operations& op) { drop_present_column(op, "user", "scim"); }

}  // namespace

const Revision& revision_b2c3d4e5f6a7() {
  static const Revision revision{
      .id = "b2c3d4e5f6a7",
      .down_revision = "a1b2c3d4e5f6",
      .message = "add scim column to user table",
      .create_date = "2026-02-13 14:19:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
