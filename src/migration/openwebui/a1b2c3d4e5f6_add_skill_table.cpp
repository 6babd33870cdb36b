#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_a1b2c3d4e5f6() {
  static const Revision revision{
      .id = "a1b2c3d4e5f6",
      .down_revision = "f1e2d3c4b5a6",
      .message = "Add skill table",
      .create_date = "2026-02-11 09:30:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
