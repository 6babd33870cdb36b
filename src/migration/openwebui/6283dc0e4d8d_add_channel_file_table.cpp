#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_missing_table(
      op, "channel_file",
      {column("id", types::text).primary_key(), column("user_id", types::text).not_null().index(),
       column("channel_id", types::text).references("channel", "id", "CASCADE").not_null().index(),
       column("file_id", types::text).references("file", "id", "CASCADE").not_null().index(),
       column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer).not_null()},
      {unique({"channel_id", "file_id"}, "uq_channel_file_channel_file")});
}

void downgrade(Operations& op) { drop_present_table(op, "channel_file"); }

}  // namespace

const Revision& revision_6283dc0e4d8d() {
  static const Revision revision{
      .id = "6283dc0e4d8d",
      .down_revision = "3e0e00844bb0",
      .message = "Add channel file table",
      .create_date = "2025-12-10 15:11:39.424601",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
