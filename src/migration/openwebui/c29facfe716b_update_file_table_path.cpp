#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_c29facfe716b() {
  static const Revision revision{
      .id = "c29facfe716b",
      .down_revision = "c69f45358db4",
      .message = "Update file table path",
      .create_date = "2024-10-20 17:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
