#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_b10670c03dd5() {
  static const Revision revision{
      .id = "b10670c03dd5",
      .down_revision = "2f1211949ecc",
      .message = "Update user table",
      .create_date = "2025-11-28 04:55:31.737538",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
