#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_6a39f3d8e55c() {
  static const Revision revision{
      .id = "6a39f3d8e55c",
      .down_revision = "c0fbf31ca0db",
      .message = "Add knowledge table",
      .create_date = "2024-10-01 14:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
