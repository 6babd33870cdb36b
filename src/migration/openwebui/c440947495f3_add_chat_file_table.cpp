#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_missing_table(op, "chat_file",
                       {column("id", types::text).primary_key(), column("user_id", types::text).not_null().index(),
                        column("chat_id", types::text).references("chat", "id", "CASCADE").not_null().index(),
                        column("file_id", types::text).references("file", "id", "CASCADE").not_null().index(),
                        column("message_id", types::text).index(), column("created_at", types::big_integer).not_null(),
                        column("updated_at", types::big_integer).not_null()},
                       {unique({"chat_id", "file_id"}, "uq_chat_file_chat_file")});
}

void downgrade(Operations& op) { drop_present_table(op, "chat_file"); }

}  // namespace

const Revision& revision_c440947495f3() {
  static const Revision revision{
      .id = "c440947495f3",
      .down_revision = "81cc2ce44d79",
      .message = "Add chat_file table",
      .create_date = "2025-12-21 20:27:41.694897",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
