#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("chat", "tasks")) op.add_column("chat", column("tasks", types::json));
  if (!op.has_column("chat", "summary")) op.add_column("chat", column("summary", types::text));
}

void downgrade(Operations& op) { drop_present_columns(op, "chat", {"summary", "tasks"}); }

}  // namespace

const Revision& revision_a3dd5bedd151() {
  static const Revision revision{
      .id = "a3dd5bedd151",
      .down_revision = "b2c3d4e5f6a7",
      .message = "Add tasks and summary columns to chat table",
      .create_date = "2026-03-29 22:15:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
