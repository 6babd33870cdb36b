#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_model(op, "memory",
               {varchar("id").not_null(), varchar("user_id").not_null(), text("content").not_null(),
                integer("updated_at").not_null(), integer("created_at").not_null()},
               {"id"});
}

}  // namespace

const Revision& peewee_008() {
  static const Revision revision{
      .id = "008_add_memory",
      .down_revision = "007_add_user_last_active_at",
      .message = "add memory",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
