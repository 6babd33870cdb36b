#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_d4e5f6a7b8c9() {
  static const Revision revision{
      .id = "d4e5f6a7b8c9",
      .down_revision = "a3dd5bedd151",
      .message = "add automation tables",
      .create_date = "2026-03-30",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
