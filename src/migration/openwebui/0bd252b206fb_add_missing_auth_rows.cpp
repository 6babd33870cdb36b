#include <fmt/core.h>

#include <cstdint>

#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  // Peewee's tables demand an address, those of Alembic do not.
  const bool needs_email = !op.table("auth")->column("email")->nullable;
  const std::int64_t added = op.execute(
      {"auth", "user"},
      fmt::format(
          "INSERT INTO auth (id, email, password, active) SELECT id, {}, '', {} FROM \"user\" WHERE id IS NOT NULL "
          "AND NOT EXISTS (SELECT 1 FROM auth WHERE auth.id = \"user\".id)",
          needs_email ? "coalesce(email, '')" : "email", op.dialect() == Dialect::sqlite ? "1" : "true"));
  if (added > 0) {
    op.note("auth", "missing-auth-row",
            "{} users had no sign-in row: each has one now, with a password that nobody can give until it is reset.",
            added);
  }
}

/// The rows stay: a password may have been set since.
void downgrade(Operations& /*op*/) {}

}  // namespace

const Revision& revision_0bd252b206fb() {
  static const Revision revision{
      .id = "0bd252b206fb",
      .down_revision = "c92da83b017f",
      .message = "add missing auth rows",
      .create_date = "",
      .summary = "Gives every user without a sign-in row one, with a password that never matches.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::adds_rows,
               "auth",
               {},
               {},
               "users without a sign-in row get one, with a password that never matches"},
          },
      .proofs =
          {
              {"auth-of-users", "users that have a sign-in row",
               "SELECT count(*) FROM (SELECT id FROM auth UNION SELECT id FROM \"user\") AS people WHERE id IS NOT "
               "NULL",
               "SELECT count(DISTINCT id) FROM auth"},
          },
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
