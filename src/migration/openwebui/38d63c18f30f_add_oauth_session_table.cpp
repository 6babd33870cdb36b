#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (!op.has_table("oauth_session")) {
    op.create_table(
        "oauth_session",
        {column("id", types::text).primary_key().unique(),
         column("user_id", types::text).not_null().references("user", "id", "CASCADE"),
         column("provider", types::text).not_null(), column("token", types::text).not_null(),
         column("expires_at", types::big_integer).not_null(), column("created_at", types::big_integer).not_null(),
         column("updated_at", types::big_integer).not_null()});
  }
  const auto index_once = [&](std::string_view name, Names columns) {
    if (!op.has_index("oauth_session", name)) op.create_index(name, "oauth_session", std::move(columns));
  };
  index_once("idx_oauth_session_user_id", {"user_id"});
  index_once("idx_oauth_session_expires_at", {"expires_at"});
  index_once("idx_oauth_session_user_provider", {"user_id", "provider"});
}

void downgrade(Operations& op) { drop_present_table(op, "oauth_session"); }

}  // namespace

const Revision& revision_38d63c18f30f() {
  static const Revision revision{
      .id = "38d63c18f30f",
      .down_revision = "3af16a1c9fb6",
      .message = "Add oauth_session table",
      .create_date = "2025-09-08 14:19:59.583921",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
