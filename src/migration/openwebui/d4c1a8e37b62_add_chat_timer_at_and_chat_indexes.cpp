#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_d4c1a8e37b62() {
  static const Revision revision{
      .id = "d4c1a8e37b62",
      .down_revision = "6d09d1bf1f23",
      .message = "add chat timer_at and chat list, unread and timer indexes",
      .create_date = "2026-08-23 18:05:12.441907",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
