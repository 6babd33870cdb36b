#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("channel")) {
    op.create_table("channel",
                    {column("id", types::text).primary_key().unique(), column("user_id", types::text),
                     column("name", types::text), column("description", types::text), column("data", types::json),
                     column("meta", types::json), column("access_control", types::json),
                     column("created_at", types::big_integer), column("updated_at", types::big_integer)});
  }
  if (!op.has_table("message")) {
    op.create_table("message", {column("id", types::text).primary_key().unique(), column("user_id", types::text),
                                column("channel_id", types::text), column("content", types::text),
                                column("data", types::json), column("meta", types::json),
                                column("created_at", types::big_integer), column("updated_at", types::big_integer)});
  }
}

void downgrade(Operations& op) {
  drop_present_table(op, "channel");
  drop_present_table(op, "message");
}

}  // namespace

const Revision& revision_57c599a3cb57() {
  static const Revision revision{
      .id = "57c599a3cb57",
      .down_revision = "922e7a387820",
      .message = "Add channel table",
      .create_date = "2024-12-22 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
