#include "migration/openwebui/chat_text.hpp"

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "migration/openwebui/json.hpp"
#include "migration/openwebui/leftovers.hpp"

namespace liftlock::migration::openwebui {

namespace {

bool is_bytes(const Value& value) { return value.is_text() || value.kind() == Value::Kind::blob; }

/// Neither SQL's NULL, nor JSON's, nor nothing at all.
bool has_content(const Value& value) {
  return !value.is_null() && (!is_bytes(value) || (value.bytes() != "null" && !value.bytes().empty()));
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

/// Text with bytes that are not UTF-8 counts as JSON: no program could read it before, so there is nothing to gain by
/// taking it out of its place.
bool is_usable(const Value& value) { return !is_bytes(value) || !is_utf8(value.bytes()) || is_json(value.bytes()); }

bool same_content(const Value& a, const Value& b) {
  if (a.bytes() == b.bytes()) return true;
  const std::optional<Json> left = load_json(a.bytes());
  return left && left == load_json(b.bytes());
}

class GatherChatJson final : public RowStep {
 public:
  GatherChatJson(Operations& op, Names sources) : op_(op), sources_(std::move(sources)) {}

  void apply(Row& row) override {
    const std::size_t best = find_best(row);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (i != best) put_aside(row, sources_[i], best);
    }
    if (best < sources_.size()) {
      keep(row, sources_[best]);
    } else if (unparsable_ || !row.get(sources_.front()).is_null()) {
      row.set("chat", Value::text("null"));
    }
    if (std::exchange(superseded_, false)) ++superseded_chats_;
    if (std::exchange(unparsable_, false)) ++unparsable_chats_;
  }

  void end() override {
    note("unparsable-chat",
         "{} chat(s) held text that is not JSON and are empty now; the text is kept in quarantine.jsonl.",
         unparsable_chats_);
    note("superseded-chat", "{} chat(s) had another text beside the one that counts; it is kept in quarantine.jsonl.",
         superseded_chats_);
    note("chat-not-utf8", "{} chat(s) hold bytes that are not UTF-8; they were kept as they are.", not_utf8_chats_);
  }

 private:
  std::size_t find_best(const Row& row) const {
    std::size_t i = 0;
    while (i < sources_.size() && !(has_content(row.get(sources_[i])) && is_usable(row.get(sources_[i])))) ++i;
    return i;
  }

  void keep(Row& row, const std::string& source) {
    const Value value = row.get(source);
    if (is_bytes(value) && !is_utf8(value.bytes())) ++not_utf8_chats_;
    if (value.kind() == Value::Kind::blob) {
      row.set("chat", Value::text(value.bytes()));
    } else if (source != "chat") {
      row.set("chat", value);
    }
  }

  void put_aside(const Row& row, const std::string& source, std::size_t best) {
    const Value value = row.get(source);
    if (!has_content(value) || !is_bytes(value)) return;
    if (!is_usable(value)) {
      (best == sources_.size() ? unparsable_ : superseded_) = true;
      op_.quarantine("chat", row.text("id"), "chat", value.bytes(), "This text is not JSON.");
    } else if (!same_content(value, row.get(sources_[best]))) {
      superseded_ = true;
      op_.quarantine("chat", row.text("id"), source, value.bytes(), "Another text of this chat counts.");
    }
  }

  void note(std::string_view id, std::string_view text, std::int64_t& count) {
    if (count != 0) op_.note("chat", std::string(id), std::string(text), count);
    count = 0;
  }

  Operations& op_;
  const Names sources_;
  bool unparsable_ = false;  // both: in this row
  bool superseded_ = false;
  std::int64_t unparsable_chats_ = 0;
  std::int64_t superseded_chats_ = 0;
  std::int64_t not_utf8_chats_ = 0;
};

}  // namespace

void gather_chat_json(Operations& op, Names sources) {
  op.rewrite_rows("chat", std::make_unique<GatherChatJson>(op, std::move(sources)));
}

void bring_old_chats_home(Operations& op) {
  if (!op.has_column("chat", "old_chat")) return;
  gather_chat_json(op, {"chat", "old_chat"});
  op.drop_column("chat", "old_chat");
}

}  // namespace liftlock::migration::openwebui
