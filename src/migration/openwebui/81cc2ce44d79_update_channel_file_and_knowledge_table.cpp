#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_81cc2ce44d79() {
  static const Revision revision{
      .id = "81cc2ce44d79",
      .down_revision = "6283dc0e4d8d",
      .message = "Update channel file and knowledge table",
      .create_date = "2025-12-10 16:07:58.001282",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
