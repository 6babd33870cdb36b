#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  add_missing_column(op, "memory", column("path", types::text));
  add_missing_column(op, "memory", column("meta", types::json));
}

void downgrade(Operations& op) { drop_present_columns(op, "memory", {"path", "meta"}); }

}  // namespace

const Revision& revision_42e2978c7933() {
  static const Revision revision{
      .id = "42e2978c7933",
      .down_revision = "7b3f2a9c1d4e",
      .message = "add memory path and meta",
      .create_date = "2026-06-29 05:35:50.565887",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
