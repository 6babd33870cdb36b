#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("group")) {
    op.create_table("group",
                    {column("id", types::text).primary_key().unique(), column("user_id", types::text),
                     column("name", types::text), column("description", types::text), column("data", types::json),
                     column("meta", types::json), column("permissions", types::json), column("user_ids", types::json),
                     column("created_at", types::big_integer), column("updated_at", types::big_integer)});
  }
  if (!op.has_column("model", "access_control")) op.add_column("model", column("access_control", types::json));
  if (!op.has_column("model", "is_active"))
    op.add_column("model", column("is_active", types::boolean).not_null().server_default("1"));
  if (!op.has_column("knowledge", "access_control")) op.add_column("knowledge", column("access_control", types::json));
  if (!op.has_column("prompt", "access_control")) op.add_column("prompt", column("access_control", types::json));
  if (!op.has_column("tool", "access_control")) op.add_column("tool", column("access_control", types::json));
}

void downgrade(Operations& op) {
  drop_present_table(op, "group");
  drop_present_columns(op, "model", {"access_control", "is_active"});
  drop_present_column(op, "knowledge", "access_control");
  drop_present_column(op, "prompt", "access_control");
  drop_present_column(op, "tool", "access_control");
}

}  // namespace

const Revision& revision_922e7a387820() {
  static const Revision revision{
      .id = "922e7a387820",
      .down_revision = "4ace53fd72c8",
      .message = "Add group table",
      .create_date = "2024-11-14 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_column, "model", "is_active", "NOT is_active", "all models are in use"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
