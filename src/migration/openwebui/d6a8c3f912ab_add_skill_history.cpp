#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_d6a8c3f912ab() {
  static const Revision revision{
      .id = "d6a8c3f912ab",
      .down_revision = "b8e4f0a3c752",
      .message = "Add immutable multi-file skill snapshots, preserving existing instruction bytes.",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
