#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_4de81c2a3af1() {
  static const Revision revision{
      .id = "4de81c2a3af1",
      .down_revision = "56359461a091",
      .message = "add pinned_note table",
      .create_date = "2026-05-09 04:29:27.651341",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
