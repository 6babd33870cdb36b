#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_6283dc0e4d8d() {
  static const Revision revision{
      .id = "6283dc0e4d8d",
      .down_revision = "3e0e00844bb0",
      .message = "Add channel file table",
      .create_date = "2025-12-10 15:11:39.424601",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
