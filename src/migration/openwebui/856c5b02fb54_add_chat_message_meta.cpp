#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_missing_column(op, "chat_message", column("meta", types::json)); }

void downgrade(Operations& op) { drop_present_column(op, "chat_message", "meta"); }

}  // namespace

const Revision& revision_856c5b02fb54() {
  static const Revision revision{
      .id = "856c5b02fb54",
      .down_revision = "42e2978c7933",
      .message = "add chat message meta",
      .create_date = "2026-07-16 01:39:39.291935",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
