#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_field(op, "function", boolean("is_global").not_null(), Value::integer(0)); }

}  // namespace

const Revision& peewee_018() {
  static const Revision revision{
      .id = "018_add_function_is_global",
      .down_revision = "017_add_user_oauth_sub",
      .message = "add function is global",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
