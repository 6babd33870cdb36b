#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_1ce6ade7d93b() {
  static const Revision revision{
      .id = "1ce6ade7d93b",
      .down_revision = "f0bd01a18a3d",
      .message = "Add group_member user_id index",
      .create_date = "2026-07-31 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
