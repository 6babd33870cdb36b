#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("channel", "type")) op.add_column("channel", column("type", types::text));
  if (!op.has_column("message", "parent_id")) op.add_column("message", column("parent_id", types::text));
  if (!op.has_table("message_reaction")) {
    op.create_table("message_reaction",
                    {column("id", types::text).primary_key().unique(), column("user_id", types::text).not_null(),
                     column("message_id", types::text).not_null(), column("name", types::text).not_null(),
                     column("created_at", types::big_integer)});
  }
  if (!op.has_table("channel_member")) {
    op.create_table("channel_member",
                    {column("id", types::text).primary_key().unique(), column("channel_id", types::text).not_null(),
                     column("user_id", types::text).not_null(), column("created_at", types::big_integer)});
  }
}

void downgrade(Operations& op) {
  drop_present_column(op, "channel", "type");
  drop_present_column(op, "message", "parent_id");
  drop_present_table(op, "message_reaction");
  drop_present_table(op, "channel_member");
}

}  // namespace

const Revision& revision_3781e22d8b01() {
  static const Revision revision{
      .id = "3781e22d8b01",
      .down_revision = "7826ab40b532",
      .message = "Update message & channel tables",
      .create_date = "2024-12-30 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
