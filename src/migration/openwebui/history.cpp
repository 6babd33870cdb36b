#include "migration/openwebui/history.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

std::string history_of(std::string_view kind) { return fmt::format("{}_history", kind); }
std::string id_column_of(std::string_view kind) { return fmt::format("{}_id", kind); }

void create_history_table(Operations& op, std::string_view kind) {
  if (!op.has_table(history_of(kind))) {
    op.create_table(history_of(kind),
                    {column("id", types::text).primary_key(), column(id_column_of(kind), types::text).not_null(),
                     column("parent_id", types::text), column("snapshot", types::json).not_null(),
                     column("user_id", types::text).not_null(), column("commit_message", types::text),
                     column("created_at", types::big_integer).not_null()});
  }
  create_missing_index(op, fmt::format("ix_{}_{}", history_of(kind), id_column_of(kind)), history_of(kind),
                       {id_column_of(kind)});
}

void note_unreadable(Operations& op, std::string_view kind) {
  op.note(kind, fmt::format("unreadable-{}", kind),
          fmt::format("{{}} values of the table {} are not the JSON that they should be: they are empty in the first "
                      "version of the history, and unchanged in their own row.",
                      kind));
}

bool is_true(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return false;
    case Value::Kind::integer:
    case Value::Kind::real:
      return value.as_real() != 0;
    default:
      return !value.bytes().empty();
  }
}

}  // namespace

void add_history(Operations& op, std::string_view kind, std::function<FirstVersion(Row& row)> make) {
  add_missing_column(op, kind, column("version_id", types::text));
  create_history_table(op, kind);
  if (op.write_sql(sql_first_versions(kind))) return;
  Inserter& history =
      op.insert_into(history_of(kind), {"id", id_column_of(kind), "snapshot", "user_id", "created_at"}, kind);
  op.rewrite_rows(kind, [&op, &history, make = std::move(make)](Row& row) {
    if (!row.get("version_id").is_null()) return;
    const FirstVersion version = make(row);
    const std::string id = op.environment().uuid4();
    const std::string snapshot = dump_json(version.snapshot);
    history.insert({Value::text(id), Value::text(row.text("id")), Value::text(snapshot),
                    Value::text(row.text("user_id")), version.created_at});
    row.set("version_id", Value::text(id));
  });
}

Json text_or_null(const Value& value) { return value.is_null() ? Json() : Json(std::string(value.bytes())); }

Json stored_json(Operations& op, std::string_view kind, const Value& value) {
  if (value.is_integer()) return value.as_integer();
  if (value.kind() == Value::Kind::real) return value.as_real();
  if (value.bytes().empty()) return Json::object();
  auto json = load_json(value.bytes());
  while (json && json->is_string()) json = load_json(json->get_ref<const std::string&>());
  if (json) return *std::move(json);
  note_unreadable(op, kind);
  return Json::object();
}

Json stored_object(Operations& op, std::string_view kind, const Value& value) {
  Json json = stored_json(op, kind, value);
  if (json.is_object()) return json;
  if (!json.is_null()) note_unreadable(op, kind);
  return Json::object();
}

Value first_true(const Value& first, const Value& second) {
  if (is_true(first)) return first;
  return is_true(second) ? second : Value::integer(0);
}

}  // namespace liftlock::migration::openwebui
