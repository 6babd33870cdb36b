// Users, their sign-ins, groups and channels.

#include "hazard/checks/all.hpp"
#include "hazard/query_check.hpp"

namespace liftlock::hazard {

namespace {

class EmailsDifferByCase final : public QueryCheck {
 public:
  EmailsDifferByCase()
      : QueryCheck("emails-differ-by-case",
                   {"f0bd01a18a3d",
                    {{"user", "email"}, {"user", "name"}},
                    "SELECT coalesce(name, id, '?') || ' <' || email || '>' FROM \"user\" WHERE lower(email) IN "
                    "(SELECT lower(email) FROM \"user\" WHERE email IS NOT NULL GROUP BY 1 HAVING count(*) > 1) "
                    "ORDER BY lower(email), email"}) {}
};

class RepeatedApiKeys final : public QueryCheck {
 public:
  RepeatedApiKeys()
      : QueryCheck("api-key-shared",
                   {"b10670c03dd5",
                    {{"user", "api_key"}, {"user", "name"}},
                    "SELECT coalesce(name, id, '?') FROM \"user\" AS u WHERE api_key <> '' AND EXISTS (SELECT 1 FROM "
                    "\"user\" AS v WHERE v.api_key = u.api_key AND v.rowid < u.rowid)"}) {}
};

class UsersWithoutSignIn final : public QueryCheck {
 public:
  UsersWithoutSignIn()
      : QueryCheck("user-without-sign-in",
                   {"0bd252b206fb",
                    {{"user", "name"}, {"auth", "id"}},
                    "SELECT coalesce(name, id, '?') FROM \"user\" WHERE id IS NOT NULL AND id NOT IN "
                    "(SELECT id FROM auth WHERE id IS NOT NULL)"}) {}
};

class TwiceEncodedColumns final : public QueryCheck {
 public:
  TwiceEncodedColumns()
      : QueryCheck("user-encoded-twice",
                   {"6d09d1bf1f23",
                    {{"user", "oauth"}, {"user", "settings"}, {"user", "info"}},
                    "SELECT coalesce(name, id, '?') FROM \"user\" WHERE substr(ltrim(oauth), 1, 2) = '\"{' OR "
                    "substr(ltrim(settings), 1, 2) = '\"{' OR substr(ltrim(info), 1, 2) = '\"{'"}) {}
};

class RepeatedMembers final : public QueryCheck {
 public:
  RepeatedMembers()
      : QueryCheck(
            "group-member-repeated",
            {"37f288994c47",
             {{"group", "user_ids"}, {"group", "name"}},
             "SELECT coalesce(g.name, g.id, '?') FROM \"group\" AS g, json_each(CASE WHEN json_valid(g.user_ids) "
             "AND json_type(g.user_ids) = 'array' THEN g.user_ids ELSE '[]' END) AS m "
             "GROUP BY g.rowid, m.value HAVING count(*) > 1"}) {}
};

class DeletedMembers final : public QueryCheck {
 public:
  DeletedMembers()
      : QueryCheck(
            "group-member-deleted",
            {"37f288994c47",
             {{"group", "user_ids"}, {"group", "name"}, {"user", "id"}},
             "SELECT DISTINCT coalesce(g.name, g.id, '?') || ': ' || m.value FROM \"group\" AS g, json_each(CASE "
             "WHEN json_valid(g.user_ids) AND json_type(g.user_ids) = 'array' THEN g.user_ids ELSE '[]' END) AS m "
             "WHERE m.type = 'text' AND m.value NOT IN (SELECT id FROM \"user\" WHERE id IS NOT NULL)"}) {}
};

class UnreadableMembers final : public QueryCheck {
 public:
  UnreadableMembers()
      : QueryCheck("group-members-unreadable",
                   {"37f288994c47",
                    {{"group", "user_ids"}, {"group", "name"}},
                    "SELECT coalesce(name, id, '?') FROM \"group\" WHERE user_ids <> '' AND CASE WHEN "
                    "json_valid(user_ids) THEN json_type(user_ids) NOT IN ('array', 'null', 'text') ELSE 1 END"}) {}
};

class ChannelMembers final : public QueryCheck {
 public:
  ChannelMembers()
      : QueryCheck("channel-members-present",
                   {"2f1211949ecc", {{"channel_member", "id"}}, "SELECT id FROM channel_member"}) {}
};

}  // namespace

void add_user_checks(CheckList& list) {
  add<EmailsDifferByCase>(list);
  add<RepeatedApiKeys>(list);
  add<UsersWithoutSignIn>(list);
  add<TwiceEncodedColumns>(list);
  add<RepeatedMembers>(list);
  add<DeletedMembers>(list);
  add<UnreadableMembers>(list);
  add<ChannelMembers>(list);
}

}  // namespace liftlock::hazard
