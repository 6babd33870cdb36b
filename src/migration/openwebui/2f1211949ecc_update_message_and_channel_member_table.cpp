#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void add_missing(Operations& op, std::string_view table, ColumnDefinition definition) {
  if (!op.has_column(table, definition.column.name)) op.add_column(table, std::move(definition));
}

void add_joined_at(Operations& op) {
  if (op.has_column("channel_member", "joined_at")) return;
  op.add_column("channel_member", column("joined_at", types::big_integer).not_null());
  if (op.write_sql(sql_members_joined())) return;
  const std::int64_t now = op.environment().now_nanoseconds();
  op.rewrite_rows("channel_member", [&op, now](Row& row) {
    const Value created_at = row.get("created_at");
    row.set("joined_at", created_at.is_null() ? Value::integer(now) : created_at);
    op.note("channel_member", "channel-member-joined",
            "{} channel memberships were there already; they count as joined when they were made.");
  });
}

void upgrade(Operations& op) {
  add_missing(op, "channel_member", column("status", types::text));
  add_missing(op, "channel_member", column("is_active", types::boolean).not_null().server_default("1"));
  add_missing(op, "channel_member", column("is_channel_muted", types::boolean).not_null().server_default("0"));
  add_missing(op, "channel_member", column("is_channel_pinned", types::boolean).not_null().server_default("0"));
  add_missing(op, "channel_member", column("data", types::json));
  add_missing(op, "channel_member", column("meta", types::json));
  add_joined_at(op);
  add_missing(op, "channel_member", column("left_at", types::big_integer));
  add_missing(op, "channel_member", column("last_read_at", types::big_integer));
  add_missing(op, "channel_member", column("updated_at", types::big_integer));

  add_missing(op, "message", column("is_pinned", types::boolean).not_null().server_default("0"));
  add_missing(op, "message", column("pinned_at", types::big_integer));
  add_missing(op, "message", column("pinned_by", types::text));
}

void downgrade(Operations& op) {
  // The official way back leaves status, is_active, joined_at and left_at, and the program of that time cannot add a
  // member to a table that demands joined_at.
  drop_present_columns(op, "channel_member",
                       {"status", "is_active", "is_channel_muted", "is_channel_pinned", "data", "meta", "joined_at",
                        "left_at", "last_read_at", "updated_at"});
  drop_present_columns(op, "message", {"is_pinned", "pinned_at", "pinned_by"});
}

}  // namespace

const Revision& revision_2f1211949ecc() {
  static const Revision revision{
      .id = "2f1211949ecc",
      .down_revision = "37f288994c47",
      .message = "Update messages and channel member table",
      .create_date = "2025-11-27 03:07:56.200231",
      .summary = "Members of channels count as joined when their membership was made.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_column, "channel_member", "joined_at",
                        "joined_at IS DISTINCT FROM created_at", "older versions do not have it"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
