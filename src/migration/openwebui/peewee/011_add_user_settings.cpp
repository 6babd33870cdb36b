#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) { op.add_column("user", text("settings")); }

}  // namespace

const Revision& peewee_011() {
  static const Revision revision{
      .id = "011_add_user_settings",
      .down_revision = "010_migrate_modelfiles_to_models",
      .message = "add user settings",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
