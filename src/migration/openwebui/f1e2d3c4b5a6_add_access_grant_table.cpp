#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_f1e2d3c4b5a6() {
  static const Revision revision{
      .id = "f1e2d3c4b5a6",
      .down_revision = "8452d01d26d7",
      .message = "Add access_grant table",
      .create_date = "2026-02-05 10:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
