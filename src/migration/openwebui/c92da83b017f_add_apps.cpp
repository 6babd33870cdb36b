#include <algorithm>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Rows of nobody, which only a table without NOT NULL can hold, would break the new check.
void drop_members_without_user(Operations& op) {
  op.rewrite_rows("channel_member", [&op](Row& row) {
    if (!row.get("user_id").is_null() || !row.get("app_id").is_null()) return;
    op.quarantine("channel_member", row.text("id"), "channel_id", row.text("channel_id"), "a membership of nobody");
    op.note("channel_member", "channel-member-without-user",
            "{} memberships in channels named no user and were dropped.");
    row.drop();
  });
}

bool has_check(const database::Table& table, std::string_view name) {
  return std::ranges::any_of(table.check_constraints, [&](const auto& check) { return check.name == name; });
}

void change_channel_members(Operations& op) {
  const std::string_view table = "channel_member";
  const bool may_lack_user = op.table(table)->column("user_id")->nullable;
  add_missing_column(op, table, column("app_id", types::text));
  if (may_lack_user) drop_members_without_user(op);
  if (!has_check(*op.table(table), "ck_channel_member_identity")) {
    auto batch = op.batch_alter_table(table);
    batch.alter_column("user_id", {.nullable = true});
    batch.create_check_constraint("ck_channel_member_identity", "(user_id IS NULL) <> (app_id IS NULL)");
    batch.create_unique_constraint("uq_channel_member_app", {"channel_id", "app_id"});
  }
  create_missing_index(op, "ix_channel_member_app_active", table, {"app_id", "is_active"});
}

void upgrade(Operations& op) {
  if (!op.has_table("app")) {
    op.create_table("app", {column("id", types::text).primary_key(), column("slug", types::text).not_null().unique(),
                            column("name", types::text).not_null(), column("user_id", types::text),
                            column("is_active", types::boolean).not_null().server_default("0"),
                            column("data", types::json).not_null(), column("api_key", types::text),
                            column("created_at", types::big_integer).not_null(),
                            column("updated_at", types::big_integer).not_null()});
  }
  change_channel_members(op);
  add_missing_column(op, "message", column("app_id", types::text));
  create_missing_index(op, "ix_message_app", "message", {"app_id"});
}

}  // namespace

const Revision& revision_c92da83b017f() {
  static const Revision revision{
      .id = "c92da83b017f",
      .down_revision = "b8f2c6d91a04",
      .message = "Add apps.",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects =
          {
              {Effect::Kind::removes_rows,
               "channel_member",
               {},
               "user_id IS NULL",
               "memberships that name no user are dropped"},
          },
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
