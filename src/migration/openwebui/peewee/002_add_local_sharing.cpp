#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { add_unique_field(op, "chat", varchar("share_id")); }

}  // namespace

const Revision& peewee_002() {
  static const Revision revision{
      .id = "002_add_local_sharing",
      .down_revision = "001_initial_schema",
      .message = "add local sharing",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
