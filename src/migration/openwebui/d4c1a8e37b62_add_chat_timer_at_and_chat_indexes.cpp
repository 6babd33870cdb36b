#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Spares nearly every chat the parsing of its meta. A key may be written with \u escapes.
bool may_be_timer(std::string_view meta) {
  return meta.find("timer") != std::string_view::npos || meta.find("\\u") != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// int(text) as Python has it, for numbers of 64 bits in ASCII: " +1_000 " is 1000.
std::optional<std::int64_t> integer_in(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separates = text[i] == '_' && i > 0 && i + 1 < text.size() &&
                           std::isdigit(static_cast<unsigned char>(text[i - 1])) != 0 && text[i + 1] != '_';
    if (!separates) digits += text[i];
  }
  std::int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// int(value) as Python has it; nullopt where it raises or does not fit.
std::optional<std::int64_t> as_integer(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number_float()) {
    const double number = std::trunc(value.get<double>());
    if (!(std::abs(number) < 9.2e18)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>())) return std::nullopt;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_string()) return integer_in(value.get_ref<const std::string&>());
  return std::nullopt;
}

/// When the timer that is pending in this chat's meta is due.
std::optional<std::int64_t> due_time(std::string_view meta_text) {
  const auto meta = load_json(meta_text);
  if (!meta || !meta->is_object()) return std::nullopt;
  const auto is = [&](const char* key, const char* value) {
    const auto found = meta->find(key);
    return found != meta->end() && found->is_string() && found->get_ref<const std::string&>() == value;
  };
  const auto due = meta->find("timer_at");
  if (!is("type", "timer") || !is("status", "pending") || due == meta->end()) return std::nullopt;
  return as_integer(*due);
}

void fill_timers(Operations& op) {
  op.rewrite_rows("chat", [](Row& row) {
    const Value meta = row.get("meta");
    if (!meta.is_text() || !row.get("timer_at").is_null() || !may_be_timer(meta.bytes())) return;
    if (const auto due = due_time(meta.bytes())) row.set("timer_at", Value::integer(*due));
  });
}

void upgrade(Operations& op) {
  add_missing_column(op, "chat", column("timer_at", types::big_integer));
  if (!op.write_sql(sql_due_timers())) fill_timers(op);
  create_missing_index(op, "timer_at_idx", "chat", {"timer_at"}, {.where = "timer_at IS NOT NULL"});
  create_missing_index(op, "user_id_updated_at_id_idx", "chat", {"user_id", "updated_at DESC", "id"});
  create_missing_index(op, "user_id_timer_at_idx", "chat", {"user_id", "timer_at"}, {.where = "timer_at IS NOT NULL"});
  create_missing_index(op, "user_id_folder_unread_idx", "chat",
                       {"user_id", "folder_id", "archived", "updated_at", "last_read_at", "id"});
  create_missing_index(op, "chat_message_chat_role_done_idx", "chat_message", {"chat_id", "role", "done"});
}

void downgrade(Operations& op) {
  drop_present_index(op, "chat_message_chat_role_done_idx", "chat_message");
  drop_present_index(op, "user_id_folder_unread_idx", "chat");
  drop_present_index(op, "user_id_timer_at_idx", "chat");
  drop_present_index(op, "user_id_updated_at_id_idx", "chat");
  drop_present_index(op, "timer_at_idx", "chat");
  drop_present_column(op, "chat", "timer_at");
}

}  // namespace

const Revision& revision_d4c1a8e37b62() {
  static const Revision revision{
      .id = "d4c1a8e37b62",
      .down_revision = "6d09d1bf1f23",
      .message = "add chat timer_at and chat list, unread and timer indexes",
      .create_date = "2026-08-23 18:05:12.441907",
      .summary = "Copies the due time of every pending timer from its chat's meta into a column.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column,
               "chat",
               "timer_at",
               {},
               "pending timers get their due time from the chat's meta"},
          },
      .proofs = {},
      .down_effects =
          {{Effect::Kind::drops_column, "chat", "timer_at",
            "CASE WHEN json_valid(meta) THEN CAST(timer_at AS TEXT) IS DISTINCT FROM CAST(json_extract(meta, "
            "'$.timer_at') AS TEXT) ELSE true END",
            "chat.meta says it"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
