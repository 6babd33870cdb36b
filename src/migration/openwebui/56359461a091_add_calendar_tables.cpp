#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_56359461a091() {
  static const Revision revision{
      .id = "56359461a091",
      .down_revision = "c1d2e3f4a5b6",
      .message = "add calendar tables",
      .create_date = "2026-04-19 16:20:58.162045",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
