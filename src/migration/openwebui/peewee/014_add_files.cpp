#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_model(op, "file",
               {text("id").not_null(), text("user_id").not_null(), text("filename").not_null(), text("meta").not_null(),
                integer("created_at").not_null()},
               {"id"});
}

}  // namespace

const Revision& peewee_014() {
  static const Revision revision{
      .id = "014_add_files",
      .down_revision = "013_add_user_info",
      .message = "add files",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
