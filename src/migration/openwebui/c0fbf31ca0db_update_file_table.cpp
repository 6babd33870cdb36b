#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("file", "hash")) op.add_column("file", column("hash", types::text));
  if (!op.has_column("file", "data")) op.add_column("file", column("data", types::json));
  if (!op.has_column("file", "updated_at")) op.add_column("file", column("updated_at", types::big_integer));
}

void downgrade(Operations& op) { drop_present_columns(op, "file", {"updated_at", "data", "hash"}); }

}  // namespace

const Revision& revision_c0fbf31ca0db() {
  static const Revision revision{
      .id = "c0fbf31ca0db",
      .down_revision = "ca81bd47c050",
      .message = "Update file table",
      .create_date = "2024-09-20 15:26:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
