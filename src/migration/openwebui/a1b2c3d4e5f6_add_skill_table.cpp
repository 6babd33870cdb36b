#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_missing_table(
      op, "skill",
      {column("id", types::string).primary_key(), column("user_id", types::string).not_null(),
       column("name", types::text).not_null().unique(), column("description", types::text),
       column("content", types::text).not_null(), column("meta", types::json),
       column("is_active", types::boolean).not_null(), column("updated_at", types::big_integer).not_null(),
       column("created_at", types::big_integer).not_null()});
  create_missing_index(op, "idx_skill_user_id", "skill", {"user_id"});
  create_missing_index(op, "idx_skill_updated_at", "skill", {"updated_at"});
}

void downgrade(Operations& op) { drop_present_table(op, "skill"); }

}  // namespace

const Revision& revision_a1b2c3d4e5f6() {
  static const Revision revision{
      .id = "a1b2c3d4e5f6",
      .down_revision = "f1e2d3c4b5a6",
      .message = "Add skill table",
      .create_date = "2026-02-11 09:30:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
