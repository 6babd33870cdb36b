#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& peewee_002() {
  static const Revision revision{
      .id = "002_add_local_sharing",
      .down_revision = "001_initial_schema",
      .message = "add local sharing",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
