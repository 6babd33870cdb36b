#include <fmt/core.h>

#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

constexpr std::string_view index_name = "uq_user_email_lower";

/// The addresses and ids of users whose addresses differ by case only: "A@x.org (1), a@x.org (2)".
std::string equal_emails(Operations& op) {
  std::string found;
  op.read({"user"},
          "SELECT email, id FROM \"user\" WHERE lower(email) IN (SELECT lower(email) FROM \"user\" WHERE email IS NOT "
          "NULL GROUP BY lower(email) HAVING count(*) > 1) ORDER BY lower(email), id",
          [&](const ResultRow& row) {
            found += fmt::format("{}{} ({})", found.empty() ? "" : ", ", row.text(0), row.text(1));
          });
  return found;
}

void upgrade(Operations& op) {
  if (op.has_index("user", index_name)) return;
  const std::string equal = op.write_sql(sql_emails_differ()) ? std::string() : equal_emails(op);
  if (!equal.empty()) {
    throw OperationFailed(Error{
        ErrorKind::refused, "emails-differ-by-case", "Making e-mail addresses unique whatever their case",
        fmt::format("several users have the same e-mail address but for its case: {}", equal), "Nothing was changed.",
        "Give all but one of them another address in Open WebUI (Admin Panel, Users), or delete them; then start "
        "again."});
  }
  op.create_index(index_name, "user", {"lower(email)"}, {.unique = true, .where = "email IS NOT NULL"});
}

void downgrade(Operations& op) {
  // The official way back leaves the index on SQLite, and the next upgrade stops at it.
  drop_present_index(op, index_name, "user");
}

}  // namespace

const Revision& revision_f0bd01a18a3d() {
  static const Revision revision{
      .id = "f0bd01a18a3d",
      .down_revision = "959eaac8f909",
      .message = "add unique normalized user email index",
      .create_date = "2026-07-27 04:41:12.708743",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
