#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_8452d01d26d7() {
  static const Revision revision{
      .id = "8452d01d26d7",
      .down_revision = "374d2f66af06",
      .message = "Add chat_message table",
      .create_date = "2026-02-01 04:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
