#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_column("channel_file", "message_id")) {
    op.add_column("channel_file", column("message_id", types::text));
    op.create_foreign_key("fk_channel_file_message_id", "channel_file", "message", {"message_id"}, {"id"}, "CASCADE");
  }
  if (!op.has_column("knowledge", "data")) op.add_column("knowledge", column("data", types::json));
}

void downgrade(Operations& op) {
  drop_present_column(op, "channel_file", "message_id");
  drop_present_column(op, "knowledge", "data");
}

}  // namespace

const Revision& revision_81cc2ce44d79() {
  static const Revision revision{
      .id = "81cc2ce44d79",
      .down_revision = "6283dc0e4d8d",
      .message = "Update channel file and knowledge table",
      .create_date = "2025-12-10 16:07:58.001282",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column, "knowledge", "data", "", "it begins anew, empty"},
          },
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
