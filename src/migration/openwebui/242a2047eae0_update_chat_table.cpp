#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_242a2047eae0() {
  static const Revision revision{
      .id = "242a2047eae0",
      .down_revision = "6a39f3d8e55c",
      .message = "Update chat table",
      .create_date = "2024-10-09 21:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
