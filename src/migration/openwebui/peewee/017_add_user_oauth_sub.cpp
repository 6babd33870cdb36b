#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_unique_field(op, "user", text("oauth_sub")); }

}  // namespace

const Revision& peewee_017() {
  static const Revision revision{
      .id = "017_add_user_oauth_sub",
      .down_revision = "016_add_valves_and_is_active",
      .message = "add user oauth sub",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
