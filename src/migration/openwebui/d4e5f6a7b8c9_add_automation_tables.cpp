#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void create_automation(Operations& op) {
  op.create_table("automation", {column("id", types::text).primary_key(), column("user_id", types::text).not_null(),
                                 column("name", types::text).not_null(), column("data", types::json).not_null(),
                                 column("meta", types::json), column("is_active", types::boolean).not_null(),
                                 column("last_run_at", types::big_integer), column("next_run_at", types::big_integer),
                                 column("created_at", types::big_integer).not_null(),
                                 column("updated_at", types::big_integer).not_null()});
}

void create_automation_run(Operations& op) {
  op.create_table("automation_run",
                  {column("id", types::text).primary_key(), column("automation_id", types::text).not_null(),
                   column("chat_id", types::text), column("status", types::text).not_null(),
                   column("error", types::text), column("created_at", types::big_integer).not_null()});
}

void upgrade(Operations& op) {
  if (!op.has_table("automation")) create_automation(op);
  if (!op.has_index("automation", "ix_automation_next_run")) {
    op.create_index("ix_automation_next_run", "automation", {"next_run_at"});
  }
  if (!op.has_table("automation_run")) create_automation_run(op);
  if (!op.has_index("automation_run", "ix_automation_run_automation_id")) {
    op.create_index("ix_automation_run_automation_id", "automation_run", {"automation_id"});
  }
}

void downgrade(Operations& op) {
  drop_present_table(op, "automation_run");
  drop_present_table(op, "automation");
}

}  // namespace

const Revision& revision_d4e5f6a7b8c9() {
  static const Revision revision{
      .id = "d4e5f6a7b8c9",
      .down_revision = "a3dd5bedd151",
      .message = "add automation tables",
      .create_date = "2026-03-30",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
