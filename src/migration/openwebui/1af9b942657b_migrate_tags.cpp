#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_1af9b942657b() {
  static const Revision revision{
      .id = "1af9b942657b",
      .down_revision = "242a2047eae0",
      .message = "Migrate tags",
      .create_date = "2024-10-09 21:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
