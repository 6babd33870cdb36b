#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("user", "username")) op.add_column("user", column("username", "VARCHAR(50)"));
  if (!op.has_column("user", "bio")) op.add_column("user", column("bio", types::text));
  if (!op.has_column("user", "gender")) op.add_column("user", column("gender", types::text));
  if (!op.has_column("user", "date_of_birth")) op.add_column("user", column("date_of_birth", types::date));
}

void downgrade(Operations& op) { drop_present_columns(op, "user", {"username", "bio", "gender", "date_of_birth"}); }

}  // namespace

const Revision& revision_3af16a1c9fb6() {
  static const Revision revision{
      .id = "3af16a1c9fb6",
      .down_revision = "018012973d35",
      .message = "update user table",
      .create_date = "2025-08-21 02:07:18.078283",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
