#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_6d09d1bf1f23() {
  static const Revision revision{
      .id = "6d09d1bf1f23",
      .down_revision = "1ce6ade7d93b",
      .message = "repair double encoded user oauth",
      .create_date = "2026-08-10 23:20:20.374826",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
