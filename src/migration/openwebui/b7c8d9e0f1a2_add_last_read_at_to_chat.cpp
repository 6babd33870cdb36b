#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("chat", "last_read_at")) op.add_column("chat", column("last_read_at", types::big_integer));
  if (op.write_sql(sql_chats_are_read())) return;
  op.rewrite_rows("chat", [](Row& row) {
    if (row.get("last_read_at").is_null()) row.set("last_read_at", row.get("updated_at"));
  });
}

void downgrade(Operations& op) { drop_present_column(op, "chat", "last_read_at"); }

}  // namespace

const Revision& revision_b7c8d9e0f1a2() {
  static const Revision revision{
      .id = "b7c8d9e0f1a2",
      .down_revision = "d4e5f6a7b8c9",
      .message = "add last_read_at to chat",
      .create_date = "2026-04-01 04:00:00.000000",
      .summary = "Every chat counts as read.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column, "chat", "last_read_at", "",
               "an interrupted migration had left it empty; chats that are there count as read"},
          },
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_column, "chat", "last_read_at", "last_read_at IS DISTINCT FROM updated_at",
                        "older versions do not have it"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
