#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_3781e22d8b01() {
  static const Revision revision{
      .id = "3781e22d8b01",
      .down_revision = "7826ab40b532",
      .message = "Update message & channel tables",
      .create_date = "2024-12-30 03:00:00.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
