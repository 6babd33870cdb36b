#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  (void)op;
  throw std::logic_error("not written");
}

}  // namespace

const Revision& revision_3c9b0ca343fd() {
  static const Revision revision{
      .id = "3c9b0ca343fd",
      .down_revision = "a0b1c2d3e4f5",
      .message = "add knowledge_directory table",
      .create_date = "2026-05-13 21:58:40.832482",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
