#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Users who are there and stand in a group's list, once a group; a list may be JSON, or JSON in a JSON string.
constexpr std::string_view memberships_before = R"sql(
SELECT count(*) FROM (
  SELECT DISTINCT lists.id, member.value
  FROM (SELECT id, CASE WHEN json_valid(list) AND substr(ltrim(list, char(9, 10, 13, 32)), 1, 1) = '[' THEN list END AS list
        FROM (SELECT id, CASE WHEN json_valid(user_ids) AND substr(ltrim(user_ids, char(9, 10, 13, 32)), 1, 1) = '"'
                              THEN json_extract(user_ids, '$') ELSE user_ids END AS list
              FROM "group")) AS lists,
       json_each(coalesce(lists.list, '[]')) AS member
  WHERE member.type = 'text' AND member.value IN (SELECT id FROM user)
))sql";

void upgrade(Operations& op) { move_group_members(op); }

}  // namespace

const Revision& revision_37f288994c47() {
  static const Revision revision{
      .id = "37f288994c47",
      .down_revision = "a5c220713937",
      .message = "add_group_member_table",
      .create_date = "2025-11-17 03:45:25.123939",
      .summary = "The members of groups become rows of their own; repeated and deleted members are left out.",
      .upgrade = upgrade,
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
                  .after = "SELECT count(*) FROM (SELECT DISTINCT group_id, user_id FROM group_member)"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
