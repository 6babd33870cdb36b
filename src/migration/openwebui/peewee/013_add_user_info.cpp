#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { op.add_column("user", text("info")); }

}  // namespace

const Revision& peewee_013() {
  static const Revision revision{
      .id = "013_add_user_info",
      .down_revision = "012_add_tools",
      .message = "add user info",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
