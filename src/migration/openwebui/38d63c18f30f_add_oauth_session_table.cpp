#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_38d63c18f30f() {
  static const Revision revision{
      .id = "38d63c18f30f",
      .down_revision = "3af16a1c9fb6",
      .message = "Add oauth_session table",
      .create_date = "2025-09-08 14:19:59.583921",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
