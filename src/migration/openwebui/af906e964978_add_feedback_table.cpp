#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("feedback")) {
    op.create_table("feedback", {column("id", types::text).primary_key(), column("user_id", types::text),
                                 column("version", types::big_integer), column("type", types::text),
                                 column("data", types::json), column("meta", types::json),
                                 column("snapshot", types::json), column("created_at", types::big_integer).not_null(),
                                 column("updated_at", types::big_integer).not_null()});
  }
}

void downgrade(Operations& op) { drop_present_table(op, "feedback"); }

}  // namespace

const Revision& revision_af906e964978() {
  static const Revision revision{
      .id = "af906e964978",
      .down_revision = "c29facfe716b",
      .message = "Add feedback table",
      .create_date = "2024-10-20 17:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
