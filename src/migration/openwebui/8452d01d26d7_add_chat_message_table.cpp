#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/chat_document.hpp"
#include "migration/openwebui/chat_preparer.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/python_number.hpp"
#include "migration/openwebui/shares.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void create_chat_message(Operations& op) {
  create_missing_table(
      op, "chat_message",
      {column("id", types::text).primary_key(), column("chat_id", types::text).not_null().index(),
       column("user_id", types::text).index(), column("role", types::text).not_null(), column("parent_id", types::text),
       column("content", types::json), column("output", types::json), column("model_id", types::text).index(),
       column("files", types::json), column("sources", types::json), column("embeds", types::json),
       column("done", types::boolean), column("status_history", types::json), column("error", types::json),
       column("usage", types::json), column("created_at", types::big_integer).index(),
       column("updated_at", types::big_integer)},
      {foreign_key({"chat_id"}, "chat", {"id"}, "CASCADE")});
}

/// int(float(timestamp)) in seconds, or `now` where Python finds no number or the number makes no sense.
std::int64_t created_at(const ChatScalar& timestamp, std::int64_t now) {
  constexpr double first_of_2020 = 1577836800;
  constexpr double milliseconds_from = 10'000'000'000;
  std::optional<double> seconds;
  if (timestamp.value.is_text())
    seconds = parse_python_float(timestamp.value.bytes());
  else if (!timestamp.value.is_null())
    seconds = timestamp.value.as_real();
  if (!seconds || !std::isfinite(*seconds)) return now;
  double whole = std::trunc(*seconds);
  if (whole > milliseconds_from) whole = std::floor(whole / 1000);
  if (whole < first_of_2020 || whole > static_cast<double>(now + 86400)) return now;
  return static_cast<std::int64_t>(whole);
}

/// Writes the messages of each chat as rows. Leaves the parsed chat, and what was written, to later steps of the pass.
class MessageRows final : public RowStep {
 public:
  MessageRows(Operations& op, bool table_is_new)
      : op_(op),
        rows_(op.insert_into(
            "chat_message",
            {"id", "chat_id", "user_id", "role", "parent_id", "content", "output", "model_id", "files", "sources",
             "embeds", "done", "status_history", "error", "usage", "created_at", "updated_at"},
            "chat")),
        table_is_new_(table_is_new),
        now_(op.environment().now()) {}

  [[nodiscard]] std::unique_ptr<RowPreparer> preparer() const override { return std::make_unique<ChatPreparer>(); }

  void apply(Row& row) override {
    const Value user = row.get("user_id");
    if (user.is_null() || is_share(user.bytes())) return;
    const Value chat = row.get("chat");
    if (chat.bytes().empty()) return;
    const ChatDocument* prepared = prepared_document(row, chat.bytes());
    const ChatDocument& document =
        prepared != nullptr ? *prepared : reader_.read(chat.bytes(), ChatReader::Parts::messages);
    if (document.kind == ChatDocument::Kind::unreadable || document.kind == ChatDocument::Kind::other) {
      op_.note("chat", "unreadable-chat",
               "{} chats hold no JSON object; they are kept as they are, without rows in chat_message.");
    }
    written_.clear();
    for (const ChatMessage& message : document.messages) write(row.get("id"), user, document, message);
    row.attachment(chat_document_attachment) = &document;
    if (table_is_new_) row.attachment(written_messages_attachment) = written_pointer_;
  }

 private:
  void write(const Value& chat, const Value& user, const ChatDocument& document, const ChatMessage& message) {
    if (!message.role.is_true) return;
    id_.assign(chat.bytes()).append("-").append(message.id);
    if (!message.id_fits || !message.role.fits) return refuse(document, message, "Its id or role is no text.");
    if (!message.parent_id.fits || !message.model.fits) {
      op_.note(
          "chat_message", "unusual-message-reference",
          "{} messages had a parent or a model that is no text; it is empty in chat_message and kept in the chat.");
    }
    const std::int64_t time = created_at(message.timestamp, now_);
    const auto json = [&](JsonPiece piece) { return Value::text(document.text(piece)); };
    const bool is_new =
        rows_.insert_new({Value::text(id_), chat, user, text(message.role), text(message.parent_id),
                          json(message.content), json(message.output), text(message.model), json(message.files),
                          json(message.sources), json(message.embeds), done(message.done), json(message.status_history),
                          json(message.error), json(message.usage), Value::integer(time), Value::integer(time)});
    if (!is_new && table_is_new_) return refuse(document, message, "Another message has the same id.");
    std::optional<std::string_view> parent;
    if (message.parent_id.value.is_text()) parent = message.parent_id.value.bytes();
    written_.push_back({message.id, parent, time});
  }

  /// As the database takes it for a text column: SQLite makes 1 of true.
  Value text(const ChatScalar& scalar) {
    if (!scalar.is_boolean || op_.dialect() == Dialect::sqlite) return scalar.value;
    return Value::text(scalar.is_true ? "true" : "false");
  }

  Value done(const ChatScalar& done) {
    if (!done.is_there) return Value::integer(1);
    if (done.fits && done.value.is_null()) return {};
    const double number = done.value.as_real();
    const bool is_boolean = done.fits && !done.value.is_text() && (number == 0 || number == 1);
    if (!is_boolean) {
      op_.note(
          "chat_message", "unusual-message-done",
          "{} messages had a mark of being done that is neither true nor false; what is not empty counts as true.");
    }
    return Value::integer(done.is_true ? 1 : 0);
  }

  void refuse(const ChatDocument& document, const ChatMessage& message, std::string reason) {
    op_.quarantine("chat_message", id_, "content", document.text(message.content), std::move(reason));
    op_.note("chat_message", "unusable-message",
             "{} messages could not become rows of chat_message; they are kept in their chats and in quarantine.");
  }

  Operations& op_;
  Inserter& rows_;
  bool table_is_new_;
  std::int64_t now_;
  ChatReader reader_;
  std::string id_;
  std::vector<WrittenMessage> written_;
  const std::vector<WrittenMessage>* written_pointer_ = &written_;
};

void upgrade(Operations& op) {
  const bool table_is_new = !op.has_table("chat_message");
  create_chat_message(op);
  create_missing_index(op, "chat_message_chat_parent_idx", "chat_message", {"chat_id", "parent_id"});
  create_missing_index(op, "chat_message_model_created_idx", "chat_message", {"model_id", "created_at"});
  create_missing_index(op, "chat_message_user_created_idx", "chat_message", {"user_id", "created_at"});
  if (!op.write_sql(sql_messages_of_chats())) op.rewrite_rows("chat", std::make_unique<MessageRows>(op, table_is_new));
}

void downgrade(Operations& op) { drop_present_table(op, "chat_message"); }

}  // namespace

const Revision& revision_8452d01d26d7() {
  static const Revision revision{
      .id = "8452d01d26d7",
      .down_revision = "374d2f66af06",
      .message = "Add chat_message table",
      .create_date = "2026-02-01 04:00:00.000000",
      .summary = "Every message of every chat also becomes a row of the new table chat_message.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::adds_rows, "chat_message", "", "", "messages of chats"},
          },
      .proofs = {},
      .down_effects =
          {{Effect::Kind::drops_table, "chat_message", "",
            R"sql(id IN (SELECT id FROM chat_message EXCEPT SELECT chat.id || '-' || message."key" FROM chat, json_each(CASE WHEN json_valid(chat.chat) THEN chat.chat ELSE '{}' END, '$.history.messages') AS message))sql",
            "the messages stand in the chats"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
