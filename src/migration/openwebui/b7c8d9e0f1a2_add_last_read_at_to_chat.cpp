#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_b7c8d9e0f1a2() {
  static const Revision revision{
      .id = "b7c8d9e0f1a2",
      .down_revision = "d4e5f6a7b8c9",
      .message = "add last_read_at to chat",
      .create_date = "2026-04-01 04:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
