#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/config_keys.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

using Settings = std::vector<std::pair<std::string, Json>>;

bool has_old_form(const Operations& op, std::string_view table) {
  return op.has_column(table, "id") && op.has_column(table, "data");
}

/// The blob in the newest row; an empty object where there is none or it cannot be read.
Json newest_blob(Operations& op, std::string_view table) {
  std::optional<Json> blob = Json::object();
  const std::string sql = "SELECT data FROM " + std::string(table) + " ORDER BY id DESC LIMIT 1";
  op.read({table}, sql, [&](const ResultRow& row) {
    const Value data = row[0];
    if (data.is_null()) return;
    blob = data.is_text() ? load_json(data.bytes()) : std::nullopt;
    while (blob && blob->is_string()) blob = load_json(blob->get_ref<const std::string&>());
  });
  if (blob && blob->is_null()) return Json::object();
  if (blob && blob->is_object()) return *std::move(blob);
  op.note(
      table, "unreadable-config",
      "{} config row, the newest, is not a JSON object: no setting could be taken from it; it stays in config_old.");
  return Json::object();
}

/// Flattens nested objects to dotted paths, down to the settings that are objects themselves. Of equal paths the last
/// one counts, at the first one's place.
class Flattener {
 public:
  void walk(const Json& object, const std::string& prefix) {
    for (const auto& [key, value] : object.items()) {
      const std::string path = prefix.empty() ? key : prefix + "." + key;
      if (value.is_object() && !is_known_config_path(path))
        walk(value, path);
      else
        put(path, value);
    }
  }
  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  void put(const std::string& path, const Json& value) {
    const auto [place, is_new] = places_.emplace(path, settings_.size());
    if (is_new)
      settings_.emplace_back(path, value);
    else
      settings_[place->second].second = value;
  }

  Settings settings_;
  std::unordered_map<std::string, std::size_t> places_;
};

/// The settings of a blob under the keys that they have from now on; of two with one key the first counts.
Settings settings_in(Operations& op, const Json& blob) {
  Flattener flat;
  flat.walk(blob, {});
  Settings settings;
  std::unordered_map<std::string, const Json*> seen;
  for (const auto& [path, value] : flat.settings()) {
    const std::string key(config_key_of(path));
    const auto [first, is_new] = seen.emplace(key, &value);
    if (is_new)
      settings.emplace_back(key, value);
    else if (*first->second != value) {
      op.note(
          "config", "setting-under-two-names",
          "{} settings stood in the config under an old and a new name with different values: the first one counts; "
          "both stay in config_old.");
    }
  }
  return settings;
}

/// Only an earlier, broken-off try, or a way back, leaves a config_old beside a config of the old form.
void set_aside_older(Operations& op) {
  op.read({"config_old"}, "SELECT id, data FROM config_old", [&](const ResultRow& row) {
    op.quarantine("config_old", std::to_string(row[0].as_integer()), "data", row[1].bytes(),
                  "config_old makes room for the newer config");
  });
  op.drop_table("config_old");
}

void upgrade(Operations& op) {
  const bool old_form = has_old_form(op, "config");
  const std::string_view source = old_form ? "config" : "config_old";
  const bool has_source = old_form || has_old_form(op, "config_old");
  const bool scripted = has_source && op.write_sql(sql_config_is_object(source));
  const Settings settings = has_source && !scripted ? settings_in(op, newest_blob(op, source)) : Settings{};
  if (old_form) {
    if (op.has_table("config_old")) set_aside_older(op);
    op.rename_table("config", "config_old");
  }
  if (!op.has_table("config")) {
    op.create_table("config", {column("key", types::text).primary_key(), column("value", types::json).not_null(),
                               column("updated_at", types::big_integer)});
  }
  if (scripted && op.write_sql(sql_config_to_rows())) return;
  Inserter& config = op.insert_into("config", {"key", "value", "updated_at"}, {});
  const Value now = Value::integer(op.environment().now());
  for (const auto& [key, value] : settings) {
    // What the server has written since an earlier try is newer.
    std::ignore = config.insert_new({Value::text(key), Value::text(dump_json(value)), now});
  }
}

/// Puts `value` at the dotted path of an object; a setting that stands where an object is needed keeps its whole name.
void nest(Json& object, const std::string& path, Json value) {
  const std::size_t dot = path.find('.');
  Json* inner = nullptr;
  if (dot != std::string::npos) {
    Json& there = object[path.substr(0, dot)];
    if (there.is_null()) there = Json::object();
    if (there.is_object()) inner = &there;
  }
  if (inner != nullptr)
    nest(*inner, path.substr(dot + 1), std::move(value));
  else
    object[path] = std::move(value);
}

/// The blob with the settings as they are now.
Json with_settings(Operations& op, Json blob) {
  // SQLite keeps a JSON number as a number: the column's affinity is numeric.
  op.read({"config"}, "SELECT \"key\", CAST(value AS TEXT) FROM config ORDER BY \"key\"", [&](const ResultRow& row) {
    if (auto value = load_json(row.text(1))) nest(blob, std::string(config_path_of(row.text(0))), *std::move(value));
  });
  return blob;
}

void create_old_config(Operations& op) {
  op.create_table("config_old", {column("id", types::integer).primary_key(), column("data", types::json).not_null(),
                                 column("version", types::integer).not_null().server_default("'0'"),
                                 column("created_at", types::date_time).not_null().server_default("CURRENT_TIMESTAMP"),
                                 column("updated_at", types::date_time)});
}

/// The official way back restores the blob of the day of the upgrade; without one, it writes the dotted names as they
/// are, where no release looks for them.
void gather_settings(Operations& op) {
  std::optional<std::int64_t> newest;
  std::optional<Json> blob;
  op.read({"config_old"}, "SELECT id, data FROM config_old ORDER BY id DESC LIMIT 1", [&](const ResultRow& row) {
    newest = row[0].as_integer();
    blob = load_json(row.text(1));
  });
  const bool readable = blob && blob->is_object();
  const Json now = with_settings(op, readable ? *blob : Json::object());
  const std::string text = dump_json(now);
  if (!readable && !now.empty())
    op.insert_into("config_old", {"data", "version"}, {}).insert({Value::text(text), Value::integer(0)});
  else if (readable && now != *blob)
    op.execute({"config_old"}, "UPDATE config_old SET data = ? WHERE id = ?",
               {Value::text(text), Value::integer(*newest)});
}

void downgrade(Operations& op) {
  if (op.has_table("config") && !op.has_column("config", "key")) return;
  if (!op.has_table("config_old")) create_old_config(op);
  if (op.has_table("config")) {
    if (!op.write_sql(sql_config_from_rows())) gather_settings(op);
    op.drop_table("config");
  }
  op.rename_table("config_old", "config");
}

}  // namespace

const Revision& revision_3ff2c63645b8() {
  static const Revision revision{
      .id = "3ff2c63645b8",
      .down_revision = "461111b60977",
      .message = "reshape config to per key rows",
      .create_date = "2026-06-17 00:50:51.477073",
      .summary = "Turns the newest config blob into one row a setting; the blobs stay in config_old.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::drops_table,
               "config_old",
               {},
               {},
               "an older config_old makes room and is kept in quarantine.jsonl"},
              {Effect::Kind::renames_table,
               "config",
               "config_old",
               {},
               "the config blobs stay as they are in config_old"},
              {Effect::Kind::adds_rows, "config", {}, {}, "every setting of the newest config blob becomes a row"},
          },
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_table, "config", "", "0", "the settings stand in one row again"},
                       {Effect::Kind::changes_column, "config_old", "data", "", "it has the settings of now"},
                       {Effect::Kind::adds_rows, "config_old", "", "", "the settings of now"},
                       {Effect::Kind::renames_table, "config_old", "config", "", "it is the config again"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
