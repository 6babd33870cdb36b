#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_field(op, "chat", boolean("archived").not_null(), Value::integer(0)); }

}  // namespace

const Revision& peewee_004() {
  static const Revision revision{
      .id = "004_add_archived",
      .down_revision = "003_add_auth_api_key",
      .message = "add archived",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
