#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("group", "parent_group_id")) {
    auto batch = op.batch_alter_table("group");
    batch.add_column(column("parent_group_id", types::text));
    batch.create_foreign_key("fk_group_parent", "group", {"parent_group_id"}, {"id"}, "SET NULL");
  }
  create_missing_index(op, "ix_group_parent_group_id", "group", {"parent_group_id"});
}

void downgrade(Operations& op) { drop_present_column(op, "group", "parent_group_id"); }

}  // namespace

const Revision& revision_b8e4f0a3c752() {
  static const Revision revision{
      .id = "b8e4f0a3c752",
      .down_revision = "a7d3e9f2b641",
      .message = "Add single-parent group hierarchy.",
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
