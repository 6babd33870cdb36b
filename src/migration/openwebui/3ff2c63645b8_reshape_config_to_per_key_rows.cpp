#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_3ff2c63645b8() {
  static const Revision revision{
      .id = "3ff2c63645b8",
      .down_revision = "461111b60977",
      .message = "reshape config to per key rows",
      .create_date = "2026-06-17 00:50:51.477073",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
