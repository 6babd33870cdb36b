#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  op.add_column("tool", text("valves"));
  op.add_column("function", text("valves"));
  add_field(op, "function", boolean("is_active").not_null(), Value::integer(0));
}

}  // namespace

const Revision& peewee_016() {
  static const Revision revision{
      .id = "016_add_valves_and_is_active",
      .down_revision = "015_add_functions",
      .message = "add valves and is active",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
