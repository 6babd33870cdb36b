#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_2f1211949ecc() {
  static const Revision revision{
      .id = "2f1211949ecc",
      .down_revision = "37f288994c47",
      .message = "Update messages and channel member table",
      .create_date = "2025-11-27 03:07:56.200231",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
