#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/chat_text.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/openwebui/need_table.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

bool holds_json(const Operations& op) {
  const database::Column* chat = need_table(op, "chat").column("chat");
  return chat != nullptr && (chat->type == "JSON" || chat->type == "json");
}

void upgrade(Operations& op) {
  if (!holds_json(op)) {
    // The official revision drops an old_chat that is already there, whatever is in it.
    op.alter_column("chat", "chat", {.type = {}, .nullable = {}, .new_column_name = "chat_text", .server_default = {}});
    op.add_column("chat", column("chat", types::json));
    const bool has_old_chat = op.has_column("chat", "old_chat");
    const bool scripted = !has_old_chat && op.write_sql(sql_chat_text_to_json());
    if (!scripted) gather_chat_json(op, has_old_chat ? Names{"chat_text", "old_chat"} : Names{"chat_text"});
    op.drop_column("chat", "chat_text");
    if (has_old_chat) op.drop_column("chat", "old_chat");
  } else {
    bring_old_chats_home(op);
  }
}

/// The text is kept as it is; the official way back writes it anew.
void downgrade(Operations& op) {
  op.alter_column("chat", "chat",
                  {.type = std::string(types::text), .nullable = true, .new_column_name = {}, .server_default = {}});
  if (op.write_sql(sql_empty_chats())) return;
  op.rewrite_rows("chat", [](Row& row) {
    if (row.text("chat") == "null") row.set("chat", Value::null());
  });
}

}  // namespace

const Revision& revision_242a2047eae0() {
  static const Revision revision{
      .id = "242a2047eae0",
      .down_revision = "6a39f3d8e55c",
      .message = "Update chat table",
      .create_date = "2024-10-09 21:02:35.241684",
      .summary =
          "Chats are stored as JSON from here on: a chat that is not JSON becomes empty, its text goes to the "
          "quarantine.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {{.kind = Effect::Kind::changes_column,
                   .table = "chat",
                   .column = "chat",
                   .condition = "CASE WHEN typeof(chat) <> 'text' OR NOT json_valid(chat) OR instr(CAST(chat AS BLOB), "
                                "x'00') > 0 THEN 1 "
                                "ELSE json_type(chat) NOT IN ('object', 'array') OR "
                                "length(chat) - length(replace(replace(chat, '{', ''), '[', '')) > 990 END",
                   .why = "chats that are not JSON become empty, and chats left behind in old_chat come home"},
                  {.kind = Effect::Kind::drops_column,
                   .table = "chat",
                   .column = "old_chat",
                   .condition = "",
                   .why = "the content is in chat.chat"}},
      .proofs = {},
      .down_effects = {{Effect::Kind::changes_column, "chat", "chat", "chat = 'null'", "an empty chat is NULL"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
