#include <utility>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/history.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// NULL, null and other empty values count as no meta.
Json meta_of(Operations& op, const Value& stored) {
  Json meta = stored_json(op, "skill", stored);
  const bool is_false = meta.empty() || meta == Json(false) || meta == Json(0) || meta == Json(0.0);
  return is_false ? Json::object() : meta;
}

FirstVersion first_version(Operations& op, Row& row) {
  const Json content = text_or_null(row.get("content"));
  const Json data{{"files", Json::array({Json{{"path", "SKILL.md"}, {"content", content}}})}};
  row.set("data", Value::text(dump_json(data)));
  Json snapshot;
  snapshot["name"] = text_or_null(row.get("name"));
  snapshot["description"] = text_or_null(row.get("description"));
  snapshot["meta"] = meta_of(op, row.get("meta"));
  snapshot["content"] = content;
  snapshot["data"] = data;
  return {std::move(snapshot), row.get("updated_at")};
}

void upgrade(Operations& op) {
  add_missing_column(op, "skill", column("version_id", types::text));
  add_missing_column(op, "skill", column("data", types::json));
  add_history(op, "skill", [&op](Row& row) { return first_version(op, row); });
}

void downgrade(Operations& op) {
  drop_present_table(op, "skill_history");
  drop_present_columns(op, "skill", {"version_id", "data"});
}

}  // namespace

const Revision& revision_d6a8c3f912ab() {
  static const Revision revision{
      .id = "d6a8c3f912ab",
      .down_revision = "b8e4f0a3c752",
      .message = "Add immutable multi-file skill snapshots, preserving existing instruction bytes.",
      .create_date = "",
      .summary = "Gives every skill a first version in a history, with its text as the file SKILL.md.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column, "skill", "version_id", {}, "skills get a first version in a history"},
              {Effect::Kind::changes_column, "skill", "data", {}, "a skill's text becomes its file SKILL.md"},
          },
      .proofs =
          {
              {"skill-history", "skills that have a version in the history", "SELECT count(*) FROM skill",
               "SELECT count(*) FROM skill JOIN skill_history ON skill_history.id = skill.version_id"},
          },
      .down_effects = {{Effect::Kind::drops_table, "skill_history", "",
                        "id NOT IN (SELECT version_id FROM skill WHERE version_id IS NOT NULL)",
                        "the version in use stays"},
                       {Effect::Kind::drops_column, "skill", "version_id", "0", "it names the version in use"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
