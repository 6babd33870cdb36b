#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_3e0e00844bb0() {
  static const Revision revision{
      .id = "3e0e00844bb0",
      .down_revision = "90ef40d4714e",
      .message = "Add knowledge_file table",
      .create_date = "2025-12-02 06:54:19.401334",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
