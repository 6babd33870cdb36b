#include <algorithm>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Rows of nobody, which only a table without NOT NULL can hold, would break the new check.
void drop_members_without_user(Operations& op) {
  if (op.write_sql(sql_members_of_nobody())) return;
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

void drop_rows_of_apps(Row& row) {
  if (!row.get("app_id").is_null()) row.drop();
}

/// The official way back stops where an app has written a message. What an app wrote has no author that older programs
/// could show, so it goes, counted beforehand.
void downgrade(Operations& op) {
  for (const std::string_view table : {"message", "channel_member"}) {
    if (!op.has_column(table, "app_id") || op.write_sql(sql_rows_of_apps(table))) continue;
    op.rewrite_rows(table, drop_rows_of_apps);
  }
  drop_present_column(op, "message", "app_id");
  if (op.has_column("channel_member", "app_id")) {
    auto batch = op.batch_alter_table("channel_member");
    if (has_check(*op.table("channel_member"), "ck_channel_member_identity"))
      batch.drop_constraint("ck_channel_member_identity", ConstraintKind::check);
    batch.drop_column("app_id");
    batch.alter_column("user_id", {.type = {}, .nullable = false, .new_column_name = {}, .server_default = {}});
  }
  drop_present_table(op, "app");
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
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::removes_rows,
               "channel_member",
               {},
               "user_id IS NULL",
               "memberships that name no user are dropped"},
          },
      .proofs = {},
      .down_effects = {{Effect::Kind::removes_rows, "message", "", "app_id IS NOT NULL", "messages that apps wrote"},
                       {Effect::Kind::removes_rows, "channel_member", "", "app_id IS NOT NULL",
                        "apps are no members of channels"},
                       {Effect::Kind::drops_column, "message", "app_id", "0", "counted as messages"},
                       {Effect::Kind::drops_column, "channel_member", "app_id", "0", "counted as members"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
