#include "migration/drift.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "migration/openwebui/chain.hpp"

namespace liftlock::migration {

namespace {

using database::Schema;
using database::SchemaDifference;
using Kind = SchemaDifference::Kind;
using Description = std::map<std::string, std::string>;

constexpr int all_peewee_migrations = 18;

/// Whether the database is in this as a way down would have left it.
bool is_left_by_way_down(const SchemaDifference& difference, const Description& after_way_down) {
  const auto found = after_way_down.find(difference.object);
  if (difference.kind == Kind::missing) return found == after_way_down.end();
  return found != after_way_down.end() && found->second == difference.actual;
}

/// Moves out of `drift.differences` what a way down explains.
Result<void> set_remains_aside(Drift& drift, Lineage lineage, const std::string& revision, ChainSchemas& chain) {
  if (drift.differences.empty() || lineage == Lineage::none || revision.empty()) return {};
  const Description after = database::describe_schema(TRY(chain.after_way_down(lineage, revision)));
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

Result<Drift> find_drift(const Schema& schema, const DatabaseState& state, ChainSchemas& chain) {
  const Schema expected = TRY(chain.at(state.lineage, {state.peewee_migrations, state.revision}));
  Drift drift = set_known_aside(database::compare_schemas(expected, schema), state.revision);
  TRY(set_remains_aside(drift, state.lineage, state.revision, chain));
  return drift;
}

Result<std::vector<SchemaDifference>> obstacles_to(const Schema& schema, Lineage lineage, const std::string& revision,
                                                   ChainSchemas& chain) {
  lineage = lineage_or_alembic(lineage);
  // Before the base stand Peewee's tables, where there are any.
  const Schema expected = TRY(chain.at(lineage, {all_peewee_migrations, revision}));
  Drift drift = set_known_aside(database::compare_schemas(expected, schema), revision);
  const auto is_extra = [](const SchemaDifference& difference) { return difference.kind == Kind::extra; };
  if (std::ranges::any_of(drift.differences, is_extra)) {
    const std::set<std::string> objects = TRY(chain.objects(lineage));
    std::erase_if(drift.differences, [&](const SchemaDifference& difference) {
      return is_extra(difference) && !objects.contains(difference.object);
    });
  }
  TRY(set_remains_aside(drift, lineage, revision, chain));
  return std::move(drift.differences);
}

Result<Likeness> nearest_revisions(const Schema& schema, Lineage lineage, ChainSchemas& chain) {
  TRY(chain.expect_all(lineage_or_alembic(lineage)));
  Likeness nearest;
  std::vector<std::string> candidates{""};
  for (const Revision* revision : openwebui::alembic_revisions()) candidates.emplace_back(revision->id);
  for (const std::string& revision : candidates) {
    const std::size_t differences = TRY(obstacles_to(schema, lineage, revision, chain)).size();
    if (nearest.revisions.empty() || differences < nearest.differences) nearest = {{}, differences};
    if (differences == nearest.differences) nearest.revisions.push_back(revision);
  }
  return nearest;
}

}  // namespace liftlock::migration
