#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_4ace53fd72c8() {
  static const Revision revision{
      .id = "4ace53fd72c8",
      .down_revision = "af906e964978",
      .message = "Update folder table and change DateTime to BigInteger for timestamp fields",
      .create_date = "2024-10-23 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
