#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_f8c0e5b134cd() {
  static const Revision revision{
      .id = "f8c0e5b134cd",
      .down_revision = "e7b9d4a023bc",
      .message = "Add Tool and Function history without executing or rewriting plugin source.",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
