#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& peewee_006() {
  static const Revision revision{
      .id = "006_migrate_timestamps_and_charfields",
      .down_revision = "005_add_updated_at",
      .message = "migrate timestamps and charfields",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
