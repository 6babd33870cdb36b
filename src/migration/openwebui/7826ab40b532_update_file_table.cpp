#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("file", "access_control")) op.add_column("file", column("access_control", types::json));
}

void downgrade(Operations& op) { drop_present_column(op, "file", "access_control"); }

}  // namespace

const Revision& revision_7826ab40b532() {
  static const Revision revision{
      .id = "7826ab40b532",
      .down_revision = "57c599a3cb57",
      .message = "Update file table",
      .create_date = "2024-12-23 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
