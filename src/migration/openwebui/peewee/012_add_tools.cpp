#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_model(op, "tool",
               {text("id").not_null(), text("user_id").not_null(), text("name").not_null(), text("content").not_null(),
                text("specs").not_null(), text("meta").not_null(), integer("created_at").not_null(),
                integer("updated_at").not_null()},
               {"id"});
}

}  // namespace

const Revision& peewee_012() {
  static const Revision revision{
      .id = "012_add_tools",
      .down_revision = "011_add_user_settings",
      .message = "add tools",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
