#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_461111b60977() {
  static const Revision revision{
      .id = "461111b60977",
      .down_revision = "3c9b0ca343fd",
      .message = "add missing primary keys to legacy peewee tables",
      .create_date = "2026-05-14 04:38:14.000000",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
