#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/need_table.hpp"
#include "migration/openwebui/shares.hpp"
#include "migration/openwebui/sql_steps.hpp"
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
  // Asked once, for all: a question a chat would keep a server from working while the next chats are read.
  explicit MessagesOfShares(Operations& op)
      : shares_(op.lookup("chat", "id", "SELECT id FROM {table} WHERE id IS NOT NULL AND user_id LIKE 'shared-%'")) {}

  void apply(Row& row) override {
    if (!ids_) {
      ids_.emplace();
      shares_->find({}, [&](const ResultRow& share) { ids_->insert(share.text(0)); });
    }
    if (ids_->contains(std::string(row.text("chat_id")))) row.drop();
  }

 private:
  std::unique_ptr<Lookup> shares_;
  std::optional<std::unordered_set<std::string>> ids_;  // none yet: not asked
};

void upgrade(Operations& op) {
  if (!op.has_table("shared_chat")) create_shared_chat(op);
  if (op.write_sql(sql_shares_out_of_chats())) return;
  op.rewrite_rows("chat_message", std::make_unique<MessagesOfShares>(op));
  op.rewrite_rows("chat", std::make_unique<Shares>(op));
}

/// Makes each shared snapshot a chat of the user "shared-<chat>" again.
class SharesIntoChats final : public RowStep {
 public:
  explicit SharesIntoChats(Operations& op)
      : op_(op),
        chats_(op.insert_into(
            "chat", {"id", "user_id", "title", "chat", "created_at", "updated_at", "archived", "meta"}, "shared_chat")),
        table_(need_table(op, "chat")) {}

  void apply(Row& row) override {
    const std::string user = "shared-" + std::string(row.text("chat_id"));
    const Value created = row.get("created_at");
    const Value updated = row.get("updated_at");
    const Value now = Value::integer(op_.environment().now());
    const bool is_new = chats_.insert_new(
        {row.get("id"), Value::text(user), or_else(row, "title", Value::text("")),
         or_else(row, "chat", Value::text("{}")), or_else(row, "created_at", updated.is_null() ? now : updated),
         or_else(row, "updated_at", created.is_null() ? now : created), Value::integer(0), Value::text("{}")});
    if (is_new) return;
    op_.quarantine("shared_chat", row.text("id"), "chat", row.text("chat"), "A chat has the id of this snapshot.");
    op_.note("shared_chat", "share-with-id-of-chat",
             "{} shared snapshots have the id of a chat; they are not shared any more and kept in quarantine.");
  }

 private:
  /// A snapshot may be without values that a chat of a database born under Peewee must have.
  Value or_else(const Row& row, std::string_view column, const Value& substitute) const {
    const Value value = row.get(column);
    return value.is_null() && !table_.column(column)->nullable ? substitute : value;
  }

  Operations& op_;
  Inserter& chats_;
  const database::Table table_;
};

void downgrade(Operations& op) {
  if (op.has_table("shared_chat") && op.write_sql(sql_shares_into_chats(need_table(op, "chat")))) {
    op.drop_table("shared_chat");
    return;
  }
  op.rewrite_rows("access_grant", [](Row& row) {
    if (row.text("resource_type") == "shared_chat") row.drop();
  });
  if (!op.has_table("shared_chat")) return;
  op.rewrite_rows("shared_chat", std::make_unique<SharesIntoChats>(op));
  op.drop_table("shared_chat");
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
      .downgrade = downgrade,
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
      .down_effects = {{Effect::Kind::removes_rows, "access_grant",
                        "resource_type = 'shared_chat' AND NOT (principal_type = 'user' AND principal_id = '*' AND "
                        "permission = 'read')",
                        "resource_type = 'shared_chat'", "everybody who has the link of a shared chat may read it"},
                       {Effect::Kind::drops_table, "shared_chat", "", "0", "shared snapshots are chats"},
                       {Effect::Kind::adds_rows, "chat", "", "", "shared snapshots"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
