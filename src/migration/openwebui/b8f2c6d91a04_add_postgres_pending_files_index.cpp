#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (op.dialect() != Dialect::postgresql) return;
  if (op.has_index("file", "file_pending_knowledge_idx")) return;
  op.create_index("file_pending_knowledge_idx", "file", {"((meta -> 'data') ->> 'knowledge_id')"},
                  {.where = "(data ->> 'status') IN ('pending', 'processing')"});
}

void downgrade(Operations& op) { drop_present_index(op, "file_pending_knowledge_idx", "file"); }

}  // namespace

const Revision& revision_b8f2c6d91a04() {
  static const Revision revision{
      .id = "b8f2c6d91a04",
      .down_revision = "f8c0e5b134cd",
      .message = "Add a PostgreSQL index for pending knowledge files.",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
