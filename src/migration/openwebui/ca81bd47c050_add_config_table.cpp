#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("config")) {
    op.create_table("config", {column("id", types::integer).primary_key(), column("data", types::json).not_null(),
                               column("version", types::integer).not_null(),
                               column("created_at", types::date_time).not_null().server_default("CURRENT_TIMESTAMP"),
                               column("updated_at", types::date_time).server_default("CURRENT_TIMESTAMP")});
  }
}

void downgrade(Operations& op) { drop_present_table(op, "config"); }

}  // namespace

const Revision& revision_ca81bd47c050() {
  static const Revision revision{
      .id = "ca81bd47c050",
      .down_revision = "7e5b5dc7342b",
      .message = "Add config table.",
      .create_date = "2024-08-25 15:26:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
