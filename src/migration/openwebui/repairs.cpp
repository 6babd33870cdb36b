#include "migration/openwebui/repairs.hpp"

#include <string>
#include <vector>

#include "migration/openwebui/json.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

bool says_nothing(const Value& chat) { return chat.is_null() || chat.bytes() == "null"; }

void bring_chats_home(Operations& op) {
  op.rewrite_rows("chat", [&op](Row& row) {
    const Value old_chat = row.get("old_chat");
    if (old_chat.is_null() || !says_nothing(row.get("chat"))) return;
    if (is_json(old_chat.bytes())) {
      row.set("chat", old_chat);
      op.note("chat", "stranded-chat", "{} chats that 0.9.6 had left in old_chat were brought back.");
    } else {
      op.quarantine("chat", row.text("id"), "old_chat", old_chat.bytes(), "The chat is not JSON.");
    }
  });
  op.drop_column("chat", "old_chat");
}

void put_temporary_tables_in_order(Operations& op) {
  constexpr std::string_view prefix = "_alembic_tmp_";
  for (const char* table : {"auth", "channel", "channel_file", "channel_member", "chat", "chatidtag", "document", "file",
                            "folder", "function", "group", "knowledge", "knowledge_file", "memory", "message", "model",
                            "note", "prompt", "skill", "tag", "tool", "user"}) {
    const std::string temporary = std::string(prefix) + table;
    if (!op.has_table(temporary)) continue;
    if (op.has_table(table)) op.drop_table(temporary);
    else op.rename_table(temporary, table);
    op.note(table, "temporary-table", "{} interrupted table rebuilds were cleaned up.");
  }
}

}  // namespace

const Revision& repair_stranded_chats() {
  static const Revision repair{
      .id = "repair-stranded-chats",
      .down_revision = "",
      .message = "bring chats back from old_chat",
      .create_date = "",
      .summary = "Chats that release 0.9.6 left in the column old_chat are brought back into chat.",
      .upgrade = bring_chats_home,
      .effects = {{.kind = Effect::Kind::changes_column,
                   .table = "chat",
                   .column = "chat",
                   .condition = "(chat IS NULL OR chat = 'null') AND old_chat IS NOT NULL",
                   .why = "the chat was in old_chat"},
                  {.kind = Effect::Kind::drops_column,
                   .table = "chat",
                   .column = "old_chat",
                   .condition = "",
                   .why = "its content is in chat.chat"}},
      .proofs = {},
  };
  return repair;
}

const Revision& repair_temporary_tables() {
  static const Revision repair{
      .id = "repair-temporary-tables",
      .down_revision = "",
      .message = "clean up interrupted table rebuilds",
      .create_date = "",
      .summary = "Copies of tables that an interrupted migration left are removed, or take their table's place.",
      .upgrade = put_temporary_tables_in_order,
      .effects = {},
      .proofs = {},
  };
  return repair;
}

}  // namespace liftlock::migration::openwebui
