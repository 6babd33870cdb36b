#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_c69f45358db4() {
  static const Revision revision{
      .id = "c69f45358db4",
      .down_revision = "3ab32c4b8f59",
      .message = "Add folder table",
      .create_date = "2024-10-16 02:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
