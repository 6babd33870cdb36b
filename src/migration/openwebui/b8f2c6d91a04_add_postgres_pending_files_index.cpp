#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_b8f2c6d91a04() {
  static const Revision revision{
      .id = "b8f2c6d91a04",
      .down_revision = "f8c0e5b134cd",
      .message = "Add a PostgreSQL index for pending knowledge files.",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
