#include <utility>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/history.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  add_history(op, "model", [&op](Row& row) {
    Json meta = stored_object(op, "model", row.get("meta"));
    meta.erase("hidden");
    meta.erase("chat_variables_schema");
    Json snapshot;
    snapshot["name"] = text_or_null(row.get("name"));
    snapshot["base_model_id"] = text_or_null(row.get("base_model_id"));
    snapshot["params"] = stored_json(op, "model", row.get("params"));
    snapshot["meta"] = std::move(meta);
    return FirstVersion{std::move(snapshot), first_true(row.get("updated_at"), row.get("created_at"))};
  });
}

void downgrade(Operations& op) {
  drop_present_table(op, "model_history");
  drop_present_column(op, "model", "version_id");
}

}  // namespace

const Revision& revision_e7b9d4a023bc() {
  static const Revision revision{
      .id = "e7b9d4a023bc",
      .down_revision = "d6a8c3f912ab",
      .message = "Add model configuration history and initialize Production versions.",
      .create_date = "",
      .summary = "Gives every model a first version in a history.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column, "model", "version_id", {}, "models get a first version in a history"},
          },
      .proofs =
          {
              {"model-history", "models that have a version in the history", "SELECT count(*) FROM model",
               "SELECT count(*) FROM model JOIN model_history ON model_history.id = model.version_id"},
          },
      .down_effects = {{Effect::Kind::drops_table, "model_history", "",
                        "id NOT IN (SELECT version_id FROM model WHERE version_id IS NOT NULL)",
                        "the version in use stays"},
                       {Effect::Kind::drops_column, "model", "version_id", "0", "it names the version in use"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
