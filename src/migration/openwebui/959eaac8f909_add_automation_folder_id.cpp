#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_959eaac8f909() {
  static const Revision revision{
      .id = "959eaac8f909",
      .down_revision = "55f1302ac17c",
      .message = "add automation folder id",
      .create_date = "2026-07-26 19:19:31.345756",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
