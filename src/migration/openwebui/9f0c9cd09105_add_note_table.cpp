#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_9f0c9cd09105() {
  static const Revision revision{
      .id = "9f0c9cd09105",
      .down_revision = "3781e22d8b01",
      .message = "Add note table",
      .create_date = "2025-05-03 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
