#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("note")) {
    op.create_table("note", {column("id", types::text).primary_key().unique(), column("user_id", types::text),
                             column("title", types::text), column("data", types::json), column("meta", types::json),
                             column("access_control", types::json), column("created_at", types::big_integer),
                             column("updated_at", types::big_integer)});
  }
}

void downgrade(Operations& op) { drop_present_table(op, "note"); }

}  // namespace

const Revision& revision_9f0c9cd09105() {
  static const Revision revision{
      .id = "9f0c9cd09105",
      .down_revision = "3781e22d8b01",
      .message = "Add note table",
      .create_date = "2025-05-03 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
