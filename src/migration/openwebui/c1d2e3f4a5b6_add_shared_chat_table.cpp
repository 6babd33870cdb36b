#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/shares.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void create_shared_chat(Operations& op) {
  op.create_table("shared_chat",
                  {column("id", types::text).primary_key(),
                   column("chat_id", types::text).references("chat", "id", "CASCADE").not_null(),
                   column("user_id", types::text).not_null(), column("title", types::text), column("chat", types::json),
                   column("created_at", types::big_integer), column("updated_at", types::big_integer)});
}

/// Moves each shared snapshot out of chat.
class Shares final : public RowStep {
 public:
  explicit Shares(Operations& op)
      : op_(op),
        shares_(op.insert_into("shared_chat", {"id", "chat_id", "user_id", "title", "chat", "created_at", "updated_at"},
                               "chat")),
        grants_(op.insert_into(
            "access_grant",
            {"id", "resource_type", "resource_id", "principal_type", "principal_id", "permission", "created_at"},
            "chat")),
        originals_(op.lookup("chat", "id", "SELECT user_id FROM {table} WHERE id = ?")),
        now_(Value::integer(op.environment().now())) {}

  void apply(Row& row) override {
    if (!is_share(row.text("user_id"))) return;
    const std::string original = original_of(row.text("user_id"));
    std::optional<std::string> owner;
    originals_->find({Value::text(original)}, [&](const ResultRow& found) { owner = found.text(0); });
    if (owner) {
      move(row, original, *owner);
    } else {
      set_aside(row);
    }
    row.drop();
  }

 private:
  void move(Row& row, const std::string& original, const std::string& owner) {
    const Value chat = row.get("chat");
    // Both false only where an interrupted run, or another share of the chat, has written the row before.
    std::ignore =
        shares_.insert_new({row.get("id"), Value::text(original), Value::text(owner), row.get("title"),
                            chat.is_null() ? Value::text("null") : chat, row.get("created_at"), row.get("updated_at")});
    const Value created_at = row.get("created_at");
    const bool has_date = created_at.is_text() ? !created_at.bytes().empty() : created_at.as_real() != 0;
    const std::string grant = op_.environment().uuid4();
    std::ignore =
        grants_.insert_new({Value::text(grant), Value::text("shared_chat"), Value::text(original), Value::text("user"),
                            Value::text("*"), Value::text("read"), has_date ? created_at : now_});
  }

  void set_aside(Row& row) {
    op_.quarantine("chat", row.text("id"), "chat", row.text("chat"),
                   "The chat that this is a shared snapshot of is gone.");
    op_.note("chat", "share-without-chat",
             "{} shared snapshots of deleted chats are not shared any more; they are kept in quarantine.");
  }

  Operations& op_;
  Inserter& shares_;
  Inserter& grants_;
  std::unique_ptr<Lookup> originals_;
  Value now_;
};

/// Messages of shared snapshots go with them.
class MessagesOfShares final : public RowStep {
 public:
  explicit MessagesOfShares(Operations& op)
      : shares_(op.lookup("chat", "id", "SELECT 1 FROM {table} WHERE id = ? AND user_id LIKE 'shared-%'")) {}

  void apply(Row& row) override {
    const std::string_view chat = row.text("chat_id");
    if (!knows_ || chat != chat_) {
      chat_ = chat;
      knows_ = true;
      is_shared_ = shares_->exists({Value::text(chat)});
    }
    if (is_shared_) row.drop();
  }

 private:
  std::unique_ptr<Lookup> shares_;
  std::string chat_;  // messages of one chat mostly come one after the other
  bool knows_ = false;
  bool is_shared_ = false;
};

void upgrade(Operations& op) {
  if (!op.has_table("shared_chat")) create_shared_chat(op);
  op.rewrite_rows("chat_message", std::make_unique<MessagesOfShares>(op));
  op.rewrite_rows("chat", std::make_unique<Shares>(op));
}

}  // namespace

const Revision& revision_c1d2e3f4a5b6() {
  static const Revision revision{
      .id = "c1d2e3f4a5b6",
      .down_revision = "e1f2a3b4c5d6",
      .message = "Add shared_chat table and migrate existing shares",
      .create_date = "2026-04-16 23:00:00.000000",
      .summary =
          "Shared snapshots move from chat to a table of their own, readable by everybody who has the link, as before.",
      .upgrade = upgrade,
      .effects =
          {
              {Effect::Kind::removes_rows, "chat", "", "user_id LIKE 'shared-%'",
               "shared snapshots are kept in shared_chat"},
              {Effect::Kind::removes_rows, "chat_message", "",
               "chat_id IN (SELECT id FROM chat WHERE user_id LIKE 'shared-%')",
               "messages of shared snapshots go with them"},
              {Effect::Kind::adds_rows, "shared_chat", "", "", "shared snapshots"},
              {Effect::Kind::adds_rows, "access_grant", "", "", "everybody may read what is shared"},
          },
      .proofs =
          {
              {"shares", "shared snapshots of chats that are there",
               "SELECT count(*) FROM chat WHERE user_id LIKE 'shared-%' AND replace(user_id, 'shared-', '') IN (SELECT "
               "id FROM chat)",
               "SELECT count(*) FROM shared_chat"},
          },
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
