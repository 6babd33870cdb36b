#include <map>
#include <memory>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Users who are there and stand in a group's list, once a group; a list may be JSON, or JSON in a JSON string.
constexpr std::string_view memberships_before = R"sql(
SELECT count(*) FROM (
  SELECT DISTINCT lists.id, member.value
  FROM (SELECT id, CASE WHEN json_valid(list) THEN CASE WHEN json_type(list) = 'array' THEN list END END AS list
        FROM (SELECT id, CASE WHEN json_valid(user_ids) THEN CASE WHEN json_type(user_ids) = 'text'
                              THEN json_extract(user_ids, '$') ELSE CAST(user_ids AS TEXT) END END AS list
              FROM "group") AS decoded) AS lists,
       json_each(coalesce(lists.list, '[]')) AS member
  WHERE member.type = 'text' AND member.value IN (SELECT id FROM "user")
) AS members)sql";

void upgrade(Operations& op) { move_group_members(op); }

void list_members(Operations& op) {
  auto lists = std::make_shared<std::map<std::string, Json, std::less<>>>();
  if (op.has_table("group_member")) {
    op.read({"group_member"}, "SELECT group_id, user_id FROM group_member ORDER BY group_id, user_id",
            [&](const ResultRow& row) { (*lists)[row.text(0)].push_back(row.text(1)); });
  }
  op.rewrite_rows("group", [lists](Row& row) {
    const auto members = lists->find(row.text("id"));
    const std::string json = members != lists->end() ? dump_json(members->second) : "[]";
    row.set("user_ids", Value::text(json));
  });
}

void downgrade(Operations& op) {
  add_missing_column(op, "group", column("user_ids", types::json));
  if (!op.write_sql(sql_lists_of_members())) list_members(op);
  drop_present_table(op, "group_member");
}

}  // namespace

const Revision& revision_37f288994c47() {
  static const Revision revision{
      .id = "37f288994c47",
      .down_revision = "a5c220713937",
      .message = "add_group_member_table",
      .create_date = "2025-11-17 03:45:25.123939",
      .summary = "The members of groups become rows of their own; repeated and deleted members are left out.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {{.kind = Effect::Kind::drops_column,
                   .table = "group",
                   .column = "user_ids",
                   .condition = "",
                   .why = "the members are in group_member"},
                  {.kind = Effect::Kind::adds_rows,
                   .table = "group_member",
                   .column = "",
                   .condition = "",
                   .why = "the members that groups list"}},
      .proofs = {{.id = "group-memberships",
                  .title = "memberships of groups",
                  .before = memberships_before,
                  .after = "SELECT count(*) FROM (SELECT DISTINCT group_id, user_id FROM group_member) AS members"}},
      .down_effects = {{Effect::Kind::drops_table, "group_member", "", "0", "the members stand in group.user_ids"}},
      .down_proofs =
          {{"group-memberships-back", "memberships of groups",
            R"sql(SELECT count(*) FROM (SELECT DISTINCT group_id, user_id FROM group_member WHERE group_id IN (SELECT id FROM "group")) AS members)sql",
            R"sql(SELECT coalesce(sum(json_array_length(user_ids)), 0) FROM "group")sql"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
