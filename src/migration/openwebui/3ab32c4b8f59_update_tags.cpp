#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_3ab32c4b8f59() {
  static const Revision revision{
      .id = "3ab32c4b8f59",
      .down_revision = "1af9b942657b",
      .message = "Update tags",
      .create_date = "2024-10-09 21:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
