#include <fmt/core.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void add_missing(Operations& op, std::string_view table, ColumnDefinition definition) {
  if (!op.has_column(table, definition.column.name)) op.add_column(table, std::move(definition));
}

/// The bytes of a text column as the JSON column that replaces it takes them.
std::string_view as_json(Operations& op, Row& row, std::string_view name) {
  const Value value = row.get(name);
  if (value.is_null()) return "null";
  const auto parsed = load_json(value.bytes());
  if (parsed && !parsed->is_string()) return value.bytes();
  if (!parsed) {
    if (!value.bytes().empty()) {
      op.quarantine("user", row.text("id"), name, value.bytes(), "This is not JSON; the column holds null instead.");
      op.note("user", fmt::format("unreadable-user-{}", name),
              fmt::format("{{}} users had a value in user.{} that is not JSON; it is kept in quarantine.", name));
    }
    return "null";
  }
  return value.bytes();
}

/// The object inside a JSON string that holds an object; nullopt for every other value.
std::optional<std::string> object_inside(std::string_view json) {
  if (!json.starts_with('"')) return std::nullopt;
  const auto outer = load_json(json);
  if (!outer || !outer->is_string()) return std::nullopt;
  const auto inner = load_json(outer->get_ref<const std::string&>());
  if (!inner || !inner->is_object()) return std::nullopt;
  return dump_json(*inner);
}

void set_json(Operations& op, Row& row, std::string_view name, std::string_view json) {
  const auto object = object_inside(json);
  if (object) {
    op.note("user", fmt::format("doubly-encoded-user-{}", name),
            fmt::format("{{}} users had a user.{} that was JSON within JSON; it was decoded once.", name));
  }
  row.set(name, Value::text(object ? std::string_view(*object) : json));
}

void decode_once_more(Operations& op, const std::string& name) {
  if (op.write_sql(sql_decoded_user_json(name))) return;
  op.rewrite_rows("user", [&op, name](Row& row) {
    if (const Value value = row.get(name); value.is_text()) set_json(op, row, name, value.bytes());
  });
}

/// Turns user.info or user.settings from text into JSON, from whatever point a killed run left it at.
void convert_to_json(Operations& op, const std::string& name) {
  const std::string new_name = name + "_json";
  const bool has_leftover = op.has_column("user", new_name);
  if (!op.has_column("user", name)) {
    if (has_leftover) op.alter_column("user", new_name, {.new_column_name = name});
  } else if (op.table("user")->column(name)->type == types::text) {
    if (has_leftover) op.drop_column("user", new_name);
    if (op.dialect() == Dialect::postgresql) {  // where NULL stays NULL
      op.alter_column("user", name, {.type = std::string(types::json)});
      return decode_once_more(op, name);
    }
    op.add_column("user", column(new_name, types::json));
    const bool scripted = op.write_sql(sql_user_json(name));
    if (!scripted)
      op.rewrite_rows("user",
                      [&op, name, new_name](Row& row) { row.set(new_name, Value::text(as_json(op, row, name))); });
    op.drop_column("user", name);
    op.alter_column("user", new_name, {.new_column_name = name});
    if (scripted) return;
  } else if (has_leftover) {
    op.drop_column("user", new_name);
  }
  if (op.has_column("user", name)) decode_once_more(op, name);
}

void create_api_key(Operations& op) {
  op.create_table("api_key", {column("id", types::text).primary_key().unique(),
                              column("user_id", types::text).references("user", "id", "CASCADE"),
                              column("key", types::text).unique().not_null(), column("data", types::json),
                              column("expires_at", types::big_integer), column("last_used_at", types::big_integer),
                              column("created_at", types::big_integer).not_null(),
                              column("updated_at", types::big_integer).not_null()});
}

/// "google@123" becomes {"google": {"sub": "123"}}.
void move_oauth_sub(Operations& op) {
  if (op.write_sql(sql_oauth_of_users())) return;
  op.rewrite_rows("user", [](Row& row) {
    const std::string_view oauth_sub = row.text("oauth_sub");
    if (oauth_sub.empty()) return;
    const std::size_t at = oauth_sub.find('@');
    const bool has_provider = at != std::string_view::npos;
    Json oauth = Json::object();
    oauth[has_provider ? std::string(oauth_sub.substr(0, at)) : "oidc"] = {
        {"sub", std::string(has_provider ? oauth_sub.substr(at + 1) : oauth_sub)}};
    row.set("oauth", Value::text(dump_json(oauth)));
  });
}

void move_api_keys(Operations& op, bool table_is_new) {
  if (op.write_sql(sql_keys_of_users())) return;
  Inserter& keys = op.insert_into("api_key", {"id", "user_id", "key", "created_at", "updated_at"}, "user");
  const Value now = Value::integer(op.environment().now());
  op.rewrite_rows("user", [&op, &keys, now, table_is_new](Row& row) {
    const std::string_view key = row.text("api_key");
    if (key.empty()) return;
    const Value user = row.get("id");
    const std::string id = fmt::format("key_{}", user.bytes());
    if (keys.insert_new({Value::text(id), user, Value::text(key), now, now}) || !table_is_new) return;
    op.quarantine("user", user.bytes(), "api_key", key, "Another user has the same API key.");
    op.note("user", "duplicate-api-key", "{} users had the API key of another user; they need a new one.");
  });
}

void upgrade(Operations& op) {
  add_missing(op, "user", column("profile_banner_image_url", types::text));
  add_missing(op, "user", column("timezone", types::string));
  add_missing(op, "user", column("presence_state", types::string));
  add_missing(op, "user", column("status_emoji", types::string));
  add_missing(op, "user", column("status_message", types::text));
  add_missing(op, "user", column("status_expires_at", types::big_integer));
  add_missing(op, "user", column("oauth", types::json));

  convert_to_json(op, "info");
  convert_to_json(op, "settings");

  const bool table_is_new = !op.has_table("api_key");
  if (table_is_new) create_api_key(op);
  if (op.has_column("user", "oauth_sub")) {
    move_oauth_sub(op);
    op.drop_column("user", "oauth_sub");
  }
  if (op.has_column("user", "api_key")) {
    move_api_keys(op, table_is_new);
    op.drop_column("user", "api_key");
  }
}

/// "google@123" of {"google": {"sub": "123"}}: the first of the identities.
std::optional<std::string> first_identity(std::string_view oauth) {
  auto identities = load_json(oauth);
  if (identities && identities->is_string()) identities = load_json(identities->get_ref<const std::string&>());
  if (!identities || !identities->is_object() || identities->empty()) return std::nullopt;
  const auto first = identities->begin();
  if (!first->is_object() || !first->contains("sub")) return std::nullopt;
  const Json& sub = first->at("sub");
  if (!sub.is_string() && !sub.is_number_integer()) return std::nullopt;
  return first.key() + "@" + (sub.is_string() ? sub.get<std::string>() : sub.dump());
}

/// The key of each user; of several the last one made.
std::map<std::string, std::string, std::less<>> keys_of_users(Operations& op) {
  std::map<std::string, std::string, std::less<>> keys;
  if (!op.has_table("api_key")) return keys;
  op.read({"api_key"}, "SELECT user_id, \"key\" FROM api_key WHERE user_id IS NOT NULL ORDER BY rowid",
          [&](const ResultRow& row) { keys[row.text(0)] = row.text(1); });
  return keys;
}

void bring_back(Operations& op) {
  op.rewrite_rows(
      "user",
      [keys = std::make_shared<const std::map<std::string, std::string, std::less<>>>(keys_of_users(op))](Row& row) {
        if (const auto identity = first_identity(row.text("oauth"))) row.set("oauth_sub", Value::text(*identity));
        if (const auto key = keys->find(row.text("id")); key != keys->end())
          row.set("api_key", Value::text(key->second));
        for (const std::string_view name : {"info", "settings"}) {
          if (row.text(name) == "null") row.set(name, Value::null());
        }
      });
}

void downgrade(Operations& op) {
  add_missing(op, "user", column("oauth_sub", types::text));
  add_missing(op, "user", column("api_key", types::string));
  if (!op.write_sql(sql_users_as_before())) bring_back(op);
  drop_present_table(op, "api_key");
  drop_present_columns(op, "user",
                       {"oauth", "profile_banner_image_url", "timezone", "presence_state", "status_emoji",
                        "status_message", "status_expires_at"});
  for (const std::string_view name : {"info", "settings"}) {
    op.alter_column("user", name,
                    {.type = std::string(types::text), .nullable = true, .new_column_name = {}, .server_default = {}});
  }
}

}  // namespace

const Revision& revision_b10670c03dd5() {
  static const Revision revision{
      .id = "b10670c03dd5",
      .down_revision = "2f1211949ecc",
      .message = "Update user table",
      .create_date = "2025-11-28 04:55:31.737538",
      .summary =
          "Users' settings and info become JSON; API keys move to a table of their own, and the identities of single "
          "sign-on to user.oauth.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column, "user", "info", "",
               "a missing or unreadable value is the JSON null from here on"},
              {Effect::Kind::changes_column, "user", "settings", "",
               "a missing or unreadable value is the JSON null from here on"},
              {Effect::Kind::changes_column, "user", "oauth", "", "user.oauth_sub is kept here"},
              {Effect::Kind::drops_column, "user", "oauth_sub", "", "it is kept in user.oauth"},
              {Effect::Kind::drops_column, "user", "api_key", "", "API keys are kept in the table api_key"},
              {Effect::Kind::drops_column, "user", "info_json", "",
               "left behind by an interrupted migration; user.info has it all"},
              {Effect::Kind::drops_column, "user", "settings_json", "",
               "left behind by an interrupted migration; user.settings has it all"},
              {Effect::Kind::adds_rows, "api_key", "", "", "API keys of users"},
          },
      .proofs =
          {
              {"api-keys", "API keys of users", R"(SELECT count(DISTINCT api_key) FROM "user" WHERE api_key <> '')",
               "SELECT count(*) FROM api_key"},
              {"oauth-identities", "identities of single sign-on",
               R"(SELECT count(*) FROM "user" WHERE oauth_sub <> '')",
               R"(SELECT count(*) FROM "user" WHERE oauth IS NOT NULL)"},
          },
      .down_effects =
          {{Effect::Kind::drops_table, "api_key", "",
            "NOT EXISTS (SELECT 1 FROM \"user\" WHERE \"user\".id = api_key.user_id) OR EXISTS (SELECT 1 FROM api_key "
            "AS later WHERE later.user_id = api_key.user_id AND later.rowid > api_key.rowid)",
            "a user has one API key"},
           {Effect::Kind::drops_column, "user", "oauth",
            "CASE WHEN json_valid(oauth) THEN json_type(oauth) = 'object' AND (SELECT count(*) FROM "
            "json_each(oauth)) > 1 END",
            "a user has one identity of single sign-on, the first"},
           {Effect::Kind::changes_column, "user", "info", "info = 'null'", "an empty value is NULL"},
           {Effect::Kind::changes_column, "user", "settings", "settings = 'null'", "an empty value is NULL"}},
      .down_proofs = {{"users-with-api-key", "users who have an API key",
                       R"sql(SELECT count(DISTINCT user_id) FROM api_key WHERE user_id IN (SELECT id FROM "user"))sql",
                       R"sql(SELECT count(*) FROM "user" WHERE api_key <> '')sql"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
