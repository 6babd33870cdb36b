#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_model(op, "model",
               {text("id").not_null(), text("user_id").not_null(), text("base_model_id"), text("name").not_null(),
                text("meta").not_null(), text("params").not_null(), integer("created_at").not_null(),
                integer("updated_at").not_null()},
               {"id"});
}

}  // namespace

const Revision& peewee_009() {
  static const Revision revision{
      .id = "009_add_models",
      .down_revision = "008_add_memory",
      .message = "add models",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
