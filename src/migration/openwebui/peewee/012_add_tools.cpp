#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& peewee_012() {
  static const Revision revision{
      .id = "012_add_tools",
      .down_revision = "011_add_user_settings",
      .message = "add tools",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
