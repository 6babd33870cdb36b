#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (op.has_column("note", "is_pinned")) return;
  op.add_column("note", column("is_pinned", types::boolean));
}

void downgrade(Operations& op) { drop_present_column(op, "note", "is_pinned"); }

}  // namespace

const Revision& revision_e1f2a3b4c5d6() {
  static const Revision revision{
      .id = "e1f2a3b4c5d6",
      .down_revision = "b7c8d9e0f1a2",
      .message = "Add is_pinned to note table",
      .create_date = "2026-04-14 22:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
