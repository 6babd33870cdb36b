#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_374d2f66af06() {
  static const Revision revision{
      .id = "374d2f66af06",
      .down_revision = "c440947495f3",
      .message = "Add prompt history table",
      .create_date = "2026-01-23 17:15:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
