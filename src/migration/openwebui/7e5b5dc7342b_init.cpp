#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// JSON fields of this time are TEXT columns.
struct InitialTable {
  std::string_view name;
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
};

std::vector<InitialTable> initial_tables() {
  return {
      {"auth",
       {column("id", types::string).not_null(), column("email", types::string), column("password", types::text),
        column("active", types::boolean)},
       {primary_key({"id"})}},
      {"chat",
       {column("id", types::string).not_null(), column("user_id", types::string), column("title", types::text),
        column("chat", types::text), column("created_at", types::big_integer), column("updated_at", types::big_integer),
        column("share_id", types::text), column("archived", types::boolean)},
       {primary_key({"id"}), unique({"share_id"})}},
      {"chatidtag",
       {column("id", types::string).not_null(), column("tag_name", types::string), column("chat_id", types::string),
        column("user_id", types::string), column("timestamp", types::big_integer)},
       {primary_key({"id"})}},
      {"document",
       {column("collection_name", types::string).not_null(), column("name", types::string),
        column("title", types::text), column("filename", types::text), column("content", types::text),
        column("user_id", types::string), column("timestamp", types::big_integer)},
       {primary_key({"collection_name"}), unique({"name"})}},
      {"file",
       {column("id", types::string).not_null(), column("user_id", types::string), column("filename", types::text),
        column("meta", types::text), column("created_at", types::big_integer)},
       {primary_key({"id"})}},
      {"function",
       {column("id", types::string).not_null(), column("user_id", types::string), column("name", types::text),
        column("type", types::text), column("content", types::text), column("meta", types::text),
        column("valves", types::text), column("is_active", types::boolean), column("is_global", types::boolean),
        column("updated_at", types::big_integer), column("created_at", types::big_integer)},
       {primary_key({"id"})}},
      {"memory",
       {column("id", types::string).not_null(), column("user_id", types::string), column("content", types::text),
        column("updated_at", types::big_integer), column("created_at", types::big_integer)},
       {primary_key({"id"})}},
      {"model",
       {column("id", types::text).not_null(), column("user_id", types::text), column("base_model_id", types::text),
        column("name", types::text), column("params", types::text), column("meta", types::text),
        column("updated_at", types::big_integer), column("created_at", types::big_integer)},
       {primary_key({"id"})}},
      {"prompt",
       {column("command", types::string).not_null(), column("user_id", types::string), column("title", types::text),
        column("content", types::text), column("timestamp", types::big_integer)},
       {primary_key({"command"})}},
      {"tag",
       {column("id", types::string).not_null(), column("name", types::string), column("user_id", types::string),
        column("data", types::text)},
       {primary_key({"id"})}},
      {"tool",
       {column("id", types::string).not_null(), column("user_id", types::string), column("name", types::text),
        column("content", types::text), column("specs", types::text), column("meta", types::text),
        column("valves", types::text), column("updated_at", types::big_integer),
        column("created_at", types::big_integer)},
       {primary_key({"id"})}},
      {"user",
       {column("id", types::string).not_null(), column("name", types::string), column("email", types::string),
        column("role", types::string), column("profile_image_url", types::text),
        column("last_active_at", types::big_integer), column("updated_at", types::big_integer),
        column("created_at", types::big_integer), column("api_key", types::string), column("settings", types::text),
        column("info", types::text), column("oauth_sub", types::text)},
       {primary_key({"id"}), unique({"api_key"}), unique({"oauth_sub"})}},
  };
}

void upgrade(Operations& op) {
  for (InitialTable& table : initial_tables()) {
    if (!op.has_table(table.name)) op.create_table(table.name, std::move(table.columns), std::move(table.constraints));
  }
}

void downgrade(Operations& op) {
  for (const InitialTable& table : initial_tables()) {
    if (op.has_table(table.name)) op.drop_table(table.name);
  }
}

}  // namespace

const Revision& revision_7e5b5dc7342b() {
  static const Revision revision{
      .id = "7e5b5dc7342b",
      .down_revision = "",
      .message = "",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
