#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_unique_field(op, "user", varchar("api_key")); }

}  // namespace

const Revision& peewee_003() {
  static const Revision revision{
      .id = "003_add_auth_api_key",
      .down_revision = "002_add_local_sharing",
      .message = "add auth api key",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
