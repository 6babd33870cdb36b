#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_37f288994c47() {
  static const Revision revision{
      .id = "37f288994c47",
      .down_revision = "a5c220713937",
      .message = "add_group_member_table",
      .create_date = "2025-11-17 03:45:25.123939",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
