#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void add_missing(Operations& op, std::string_view table, ColumnDefinition definition) {
  if (!op.has_column(table, definition.column.name)) op.add_column(table, std::move(definition));
}

void create_channel_webhook(Operations& op) {
  if (op.has_table("channel_webhook")) return;
  op.create_table(
      "channel_webhook",
      {column("id", types::text).primary_key().unique(), column("user_id", types::text).not_null(),
       column("channel_id", types::text).references("channel", "id", "CASCADE").not_null(),
       column("name", types::text).not_null(), column("profile_image_url", types::text),
       column("token", types::text).not_null(), column("last_used_at", types::big_integer),
       column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer).not_null()});
}

void upgrade(Operations& op) {
  add_missing(op, "channel", column("is_private", types::boolean));
  add_missing(op, "channel", column("archived_at", types::big_integer));
  add_missing(op, "channel", column("archived_by", types::text));
  add_missing(op, "channel", column("deleted_at", types::big_integer));
  add_missing(op, "channel", column("deleted_by", types::text));
  add_missing(op, "channel", column("updated_by", types::text));

  add_missing(op, "channel_member", column("role", types::text));
  add_missing(op, "channel_member", column("invited_by", types::text));
  add_missing(op, "channel_member", column("invited_at", types::big_integer));

  create_channel_webhook(op);
}

void downgrade(Operations& op) {
  drop_present_columns(op, "channel",
                       {"is_private", "archived_at", "archived_by", "deleted_at", "deleted_by", "updated_by"});
  drop_present_columns(op, "channel_member", {"role", "invited_by", "invited_at"});
  drop_present_table(op, "channel_webhook");
}

}  // namespace

const Revision& revision_90ef40d4714e() {
  static const Revision revision{
      .id = "90ef40d4714e",
      .down_revision = "b10670c03dd5",
      .message = "Update channel and channel members table",
      .create_date = "2025-11-30 06:33:38.790341",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
