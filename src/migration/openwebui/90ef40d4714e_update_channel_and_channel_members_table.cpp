#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_90ef40d4714e() {
  static const Revision revision{
      .id = "90ef40d4714e",
      .down_revision = "b10670c03dd5",
      .message = "Update channel and channel members table",
      .create_date = "2025-11-30 06:33:38.790341",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
