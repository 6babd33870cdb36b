#include "migration/drift.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "migration/openwebui/chain.hpp"

namespace liftlock::migration {

namespace {

using database::Schema;
using database::SchemaDifference;
using Kind = SchemaDifference::Kind;
using Description = std::map<std::string, std::string>;

constexpr int all_peewee_migrations = 18;

/// Every object that some revision of the lineage has.
Result<std::set<std::string>> objects_of_chain(Lineage lineage) {
  static std::mutex mutex;
  static std::map<Lineage, std::set<std::string>> known;
  const std::scoped_lock lock(mutex);
  if (const auto found = known.find(lineage); found != known.end()) return found->second;
  std::set<std::string> objects;
  for (const Revision* revision : openwebui::alembic_revisions()) {
    const Schema schema = TRY(expected_schema(lineage, {all_peewee_migrations, std::string(revision->id)}));
    for (const auto& [object, unused] : database::describe_schema(schema)) objects.insert(object);
  }
  return known.emplace(lineage, std::move(objects)).first->second;
}

/// What a database has at `revision` that was at the head before.
Result<Description> description_after_way_down(Lineage lineage, const std::string& revision) {
  DatabaseState head;
  head.lineage = lineage;
  head.peewee_migrations = lineage == Lineage::peewee ? all_peewee_migrations : 0;
  head.revision = std::string(openwebui::alembic_revisions().back()->id);
  const Path path = TRY(plan_downgrade(head, revision));
  return database::describe_schema(TRY(expected_schema_below(head, path)));
}

/// Whether the database is in this as a way down would have left it.
bool is_left_by_way_down(const SchemaDifference& difference, const Description& after_way_down) {
  const auto found = after_way_down.find(difference.object);
  if (difference.kind == Kind::missing) return found == after_way_down.end();
  return found != after_way_down.end() && found->second == difference.actual;
}

/// Moves out of `drift.differences` what a way down explains.
Result<void> set_remains_aside(Drift& drift, Lineage lineage, const std::string& revision) {
  if (drift.differences.empty() || lineage == Lineage::none || revision.empty()) return {};
  const Description after = TRY(description_after_way_down(lineage, revision));
  std::vector<SchemaDifference> left;
  for (SchemaDifference& difference : drift.differences) {
    if (is_left_by_way_down(difference, after))
      drift.known.push_back({std::move(difference), "A way down from a later revision leaves it so."});
    else
      left.push_back(std::move(difference));
  }
  drift.differences = std::move(left);
  return {};
}

Lineage lineage_or_alembic(Lineage lineage) { return lineage == Lineage::none ? Lineage::alembic : lineage; }

}  // namespace

Result<Drift> find_drift(const Schema& schema, const DatabaseState& state) {
  const Schema expected = TRY(expected_schema(state.lineage, {state.peewee_migrations, state.revision}));
  Drift drift = set_known_aside(database::compare_schemas(expected, schema), state.revision);
  TRY(set_remains_aside(drift, state.lineage, state.revision));
  return drift;
}

Result<std::vector<SchemaDifference>> obstacles_to(const Schema& schema, Lineage lineage, const std::string& revision) {
  lineage = lineage_or_alembic(lineage);
  // Before the base stand Peewee's tables, where there are any.
  const Schema expected = TRY(expected_schema(lineage, {all_peewee_migrations, revision}));
  Drift drift = set_known_aside(database::compare_schemas(expected, schema), revision);
  const std::set<std::string> objects = TRY(objects_of_chain(lineage));
  std::erase_if(drift.differences, [&](const SchemaDifference& difference) {
    return difference.kind == Kind::extra && !objects.contains(difference.object);
  });
  TRY(set_remains_aside(drift, lineage, revision));
  return std::move(drift.differences);
}

Result<Likeness> nearest_revisions(const Schema& schema, Lineage lineage) {
  Likeness nearest;
  std::vector<std::string> candidates{""};
  for (const Revision* revision : openwebui::alembic_revisions()) candidates.emplace_back(revision->id);
  for (const std::string& revision : candidates) {
    const std::size_t differences = TRY(obstacles_to(schema, lineage, revision)).size();
    if (nearest.revisions.empty() || differences < nearest.differences) nearest = {{}, differences};
    if (differences == nearest.differences) nearest.revisions.push_back(revision);
  }
  return nearest;
}

}  // namespace liftlock::migration
