#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void widen_to_text(Operations& op, std::string_view table, std::string_view column) {
  op.alter_column(table, column, {.type = "TEXT", .nullable = {}, .new_column_name = {}, .server_default = {}});
}

/// SQLite keeps 64 bits in every integer: the official change of the timestamps to BIGINT changes nothing here.
void upgrade(Operations& op) {
  widen_to_text(op, "auth", "password");
  widen_to_text(op, "chat", "title");
  widen_to_text(op, "document", "title");
  widen_to_text(op, "document", "filename");
  widen_to_text(op, "prompt", "title");
  widen_to_text(op, "user", "profile_image_url");
}

}  // namespace

const Revision& peewee_006() {
  static const Revision revision{
      .id = "006_migrate_timestamps_and_charfields",
      .down_revision = "005_add_updated_at",
      .message = "migrate timestamps and charfields",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
