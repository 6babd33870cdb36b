#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// The object inside a JSON string, however often it was encoded; nullopt where there is none.
std::optional<Json> object_within(Json value) {
  while (value.is_string()) {
    auto inner = load_json(value.get_ref<const std::string&>());
    if (!inner) return std::nullopt;
    value = *std::move(inner);
  }
  if (!value.is_object()) return std::nullopt;
  return value;
}

/// What the program could not read at all, so that nobody could sign in.
void set_aside(Operations& op, Row& row, std::string_view column) {
  op.quarantine("user", row.text("id"), column, row.text(column), "not JSON");
  op.note("user", "unreadable-user-oauth", "The external sign-in of {} users was not JSON and is empty now.");
  row.set(column, Value::null());
}

void repair(Operations& op, Row& row, std::string_view column) {
  const Value stored = row.get(column);
  if (stored.is_null() || stored.is_integer() || stored.kind() == Value::Kind::real) return;
  if (!stored.bytes().starts_with('"') && column != "oauth") return;
  auto value = load_json(stored.bytes());
  if (!value) {
    if (column == "oauth") set_aside(op, row, column);
    return;
  }
  if (!value->is_string()) return;
  if (const auto object = object_within(*std::move(value))) {
    row.set(column, Value::text(dump_json(*object)));
    op.note("user", fmt::format("twice-encoded-user-{}", column),
            fmt::format("The column {} of {{}} users was encoded twice and is readable again.", column));
  }
}

void upgrade(Operations& op) {
  if (!op.has_table("user")) return;
  if (op.write_sql(sql_twice_encoded_users())) return;
  std::vector<std::string> columns;
  for (const std::string_view name : {"oauth", "settings", "info"}) {
    if (op.has_column("user", name)) columns.emplace_back(name);
  }
  op.rewrite_rows("user", [&op, columns](Row& row) {
    for (const std::string& name : columns) repair(op, row, name);
  });
}

/// What was repaired stays so.
void downgrade(Operations& /*op*/) {}

}  // namespace

const Revision& revision_6d09d1bf1f23() {
  static const Revision revision{
      .id = "6d09d1bf1f23",
      .down_revision = "1ce6ade7d93b",
      .message = "repair double encoded user oauth",
      .create_date = "2026-08-10 23:20:20.374826",
      .summary = "Repairs what earlier releases encoded twice in users: external sign-ins, settings, profile data.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column,
               "user",
               "oauth",
               {},
               "external sign-ins that were encoded twice are repaired"},
              {Effect::Kind::changes_column, "user", "settings", {}, "settings that were encoded twice are repaired"},
              {Effect::Kind::changes_column, "user", "info", {}, "profile data that was encoded twice is repaired"},
          },
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
