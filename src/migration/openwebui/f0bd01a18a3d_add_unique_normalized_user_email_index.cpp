#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_f0bd01a18a3d() {
  static const Revision revision{
      .id = "f0bd01a18a3d",
      .down_revision = "959eaac8f909",
      .message = "add unique normalized user email index",
      .create_date = "2026-07-27 04:41:12.708743",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
