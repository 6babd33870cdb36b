#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_missing_column(op, "chat_message", column("context_summary", types::text)); }

void downgrade(Operations& op) { drop_present_column(op, "chat_message", "context_summary"); }

}  // namespace

const Revision& revision_4c5ce3d2f27f() {
  static const Revision revision{
      .id = "4c5ce3d2f27f",
      .down_revision = "3ff2c63645b8",
      .message = "add context summary to chat message",
      .create_date = "2026-06-18 23:48:08.310063",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
