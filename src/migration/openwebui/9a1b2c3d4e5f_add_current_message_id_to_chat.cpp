#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_9a1b2c3d4e5f() {
  static const Revision revision{
      .id = "9a1b2c3d4e5f",
      .down_revision = "856c5b02fb54",
      .message = "add current_message_id to chat",
      .create_date = "2026-07-23 00:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
