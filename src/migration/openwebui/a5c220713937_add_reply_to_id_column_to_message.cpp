#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("message", "reply_to_id")) op.add_column("message", column("reply_to_id", types::text));
}

void downgrade(Operations& op) { drop_present_column(op, "message", "reply_to_id"); }

}  // namespace

const Revision& revision_a5c220713937() {
  static const Revision revision{
      .id = "a5c220713937",
      .down_revision = "38d63c18f30f",
      .message = "Add reply_to_id column to message",
      .create_date = "2025-09-27 02:24:18.058455",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
