#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_c1d2e3f4a5b6() {
  static const Revision revision{
      .id = "c1d2e3f4a5b6",
      .down_revision = "e1f2a3b4c5d6",
      .message = "Add shared_chat table and migrate existing shares",
      .create_date = "2026-04-16 23:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
