#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_c440947495f3() {
  static const Revision revision{
      .id = "c440947495f3",
      .down_revision = "81cc2ce44d79",
      .message = "Add chat_file table",
      .create_date = "2025-12-21 20:27:41.694897",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
