#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_model(op, "function",
               {text("id").not_null(), text("user_id").not_null(), text("name").not_null(), text("type").not_null(),
                text("content").not_null(), text("meta").not_null(), integer("created_at").not_null(),
                integer("updated_at").not_null()},
               {"id"});
}

}  // namespace

const Revision& peewee_015() {
  static const Revision revision{
      .id = "015_add_functions",
      .down_revision = "014_add_files",
      .message = "add functions",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
