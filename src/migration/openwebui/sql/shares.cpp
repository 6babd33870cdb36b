#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

std::string_view substitute(const database::Table& table, std::string_view column, std::string_view value) {
  const database::Column* found = table.column(column);
  return found != nullptr && !found->nullable ? value : "NULL";
}

}  // namespace

const SqlStep& sql_shares_out_of_chats() {
  static const SqlText text{.guards = {{"SELECT 1 FROM chat WHERE lower(user_id) LIKE 'shared-%' AND user_id NOT IN "
                                        "(SELECT 'shared-' || original.id "
                                        "FROM chat AS original)",
                                        "a shared snapshot is of a chat that is gone"}},
                            .statements = R"sql(
DELETE FROM chat_message WHERE chat_id IN (SELECT id FROM chat WHERE lower(user_id) LIKE 'shared-%');
INSERT INTO shared_chat (id, chat_id, user_id, title, chat, created_at, updated_at)
SELECT share.id, original.id, coalesce(original.user_id, ''), share.title, coalesce(share.chat, 'null'), share.created_at, share.updated_at
FROM chat AS share JOIN chat AS original ON share.user_id = 'shared-' || original.id
WHERE lower(share.user_id) LIKE 'shared-%' ON CONFLICT DO NOTHING;
INSERT INTO access_grant (id, resource_type, resource_id, principal_type, principal_id, permission, created_at)
SELECT $uuid, 'shared_chat', original.id, 'user', '*', 'read', coalesce(nullif(share.created_at, 0), $now)
FROM chat AS share JOIN chat AS original ON share.user_id = 'shared-' || original.id
WHERE lower(share.user_id) LIKE 'shared-%' ON CONFLICT DO NOTHING;
DELETE FROM chat WHERE lower(user_id) LIKE 'shared-%';
)sql"};
  static const SqlStep step{.what = "shared snapshots move to a table of their own",
                            .tables = {"chat", "chat_message", "shared_chat", "access_grant"},
                            .sqlite = text,
                            .postgresql = text};
  return step;
}

SqlStep sql_shares_into_chats(const database::Table& chat) {
  const auto text = [&](std::string_view archived, std::string_view quoted_json) {
    return SqlText{.guards = {{"SELECT 1 FROM shared_chat WHERE id IN (SELECT id FROM chat)",
                               "a shared snapshot has the id of a chat"}},
                   .statements = with(R"sql(
DELETE FROM access_grant WHERE resource_type = 'shared_chat';
INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived, meta)
SELECT id, 'shared-' || chat_id, coalesce(title, $title), coalesce(chat, $chat), coalesce(created_at, $created),
  coalesce(updated_at, $updated), $archived, $empty FROM shared_chat;
)sql",
                                      {{"$title", substitute(chat, "title", "''")},
                                       {"$chat", substitute(chat, "chat", quoted_json)},
                                       {"$created", substitute(chat, "created_at", "coalesce(updated_at, $now)")},
                                       {"$updated", substitute(chat, "updated_at", "coalesce(created_at, $now)")},
                                       {"$archived", archived},
                                       {"$empty", quoted_json}})};
  };
  return {.what = "shared snapshots are chats again",
          .tables = {"chat", "shared_chat", "access_grant"},
          .sqlite = text("0", "'{}'"),
          .postgresql = text("false", "'{}'")};
}

}  // namespace liftlock::migration::openwebui
