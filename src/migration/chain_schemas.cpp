#include "migration/chain_schemas.hpp"

#include "database/compare_schema.hpp"
#include "migration/openwebui/chain.hpp"

namespace liftlock::migration {

Result<std::set<std::string>> ChainSchemas::objects(Lineage lineage) {
  if (const auto found = objects_.find(lineage); found != objects_.end()) return found->second;
  TRY(expect_all(lineage));
  std::set<std::string> objects;
  for (const Revision* revision : openwebui::alembic_revisions()) {
    const database::Schema schema = TRY(at(lineage, {.revision = std::string(revision->id)}));
    for (const auto& [object, unused] : database::describe_schema(schema)) objects.insert(object);
  }
  return objects_.emplace(lineage, std::move(objects)).first->second;
}

DatabaseState newest_state(Lineage lineage) {
  DatabaseState state;
  state.lineage = lineage;
  state.peewee_migrations = lineage == Lineage::peewee ? static_cast<int>(openwebui::peewee_migrations().size()) : 0;
  state.revision = std::string(openwebui::alembic_revisions().back()->id);
  return state;
}

Result<database::Schema> SqliteChain::after_way_down(Lineage lineage, const std::string& revision) {
  const DatabaseState newest = newest_state(lineage);
  return expected_schema_below(newest, TRY(plan_downgrade(newest, revision)));
}

}  // namespace liftlock::migration
