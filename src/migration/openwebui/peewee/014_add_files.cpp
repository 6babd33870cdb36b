#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& peewee_014() {
  static const Revision revision{
      .id = "014_add_files",
      .down_revision = "013_add_user_info",
      .message = "add files",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
