#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_e7b9d4a023bc() {
  static const Revision revision{
      .id = "e7b9d4a023bc",
      .down_revision = "d6a8c3f912ab",
      .message = "Add model configuration history and initialize Production versions.",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
