#include <string>
#include <string_view>
#include <utility>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/history.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

bool is_false(const Json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_number()) return value.get<double>() == 0;
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.empty();
}

/// What is read from a plugin's source each time is no part of its history.
Json meta_for_history(Json meta, std::string_view kind) {
  meta.erase("manifest");
  meta.erase("has_user_valves");
  if (kind == "function") meta.erase("toggle");
  if (!meta.contains("description")) meta["description"] = nullptr;
  if (meta.contains("i18n") && is_false(meta["i18n"])) meta.erase("i18n");
  return meta;
}

void upgrade(Operations& op) {
  for (const std::string_view kind : {"tool", "function"}) {
    add_history(op, kind, [&op, kind](Row& row) {
      Json snapshot;
      snapshot["name"] = text_or_null(row.get("name"));
      snapshot["content"] = std::string(row.text("content"));
      snapshot["meta"] = meta_for_history(stored_object(op, kind, row.get("meta")), kind);
      return FirstVersion{std::move(snapshot), first_true(row.get("updated_at"), row.get("created_at"))};
    });
  }
}

void downgrade(Operations& op) {
  drop_present_table(op, "function_history");
  drop_present_column(op, "function", "version_id");
  drop_present_table(op, "tool_history");
  drop_present_column(op, "tool", "version_id");
}

}  // namespace

const Revision& revision_f8c0e5b134cd() {
  static const Revision revision{
      .id = "f8c0e5b134cd",
      .down_revision = "e7b9d4a023bc",
      .message = "Add Tool and Function history without executing or rewriting plugin source.",
      .create_date = "",
      .summary = "Gives every tool and every function a first version in a history.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column, "tool", "version_id", {}, "tools get a first version in a history"},
              {Effect::Kind::changes_column,
               "function",
               "version_id",
               {},
               "functions get a first version in a history"},
          },
      .proofs =
          {
              {"tool-history", "tools that have a version in the history", "SELECT count(*) FROM tool",
               "SELECT count(*) FROM tool JOIN tool_history ON tool_history.id = tool.version_id"},
              {"function-history", "functions that have a version in the history", "SELECT count(*) FROM \"function\"",
               "SELECT count(*) FROM \"function\" JOIN function_history ON function_history.id = "
               "\"function\".version_id"},
          },
      .down_effects = {{Effect::Kind::drops_table, "tool_history", "",
                        "id NOT IN (SELECT version_id FROM tool WHERE version_id IS NOT NULL)",
                        "the version in use stays"},
                       {Effect::Kind::drops_column, "tool", "version_id", "0", "it names the version in use"},
                       {Effect::Kind::drops_table, "function_history", "",
                        "id NOT IN (SELECT version_id FROM function WHERE version_id IS NOT NULL)",
                        "the version in use stays"},
                       {Effect::Kind::drops_column, "function", "version_id", "0", "it names the version in use"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
