#include "migration/postgres/chain_schemas.hpp"

#include <vector>

#include "database/postgres_schema.hpp"
#include "migration/nowhere.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/postgres/migrate.hpp"
#include "migration/postgres/operations.hpp"

namespace liftlock::migration::postgres {

namespace {

/// Needs no right but TEMPORARY, and no space in the server's log.
Result<void> enter_temporary_schema(pg::Connection& connection) {
  auto done = connection.execute(
      "SAVEPOINT liftlock_chain; SET LOCAL search_path TO pg_temp; "
      "CREATE TEMPORARY TABLE liftlock_first (); DROP TABLE liftlock_first");
  if (done || done.error().id != "database-error") return done;
  return refusal("temporary-schema-denied", "Making the schema of the revision in the session's temporary schema",
                 done.error().what,
                 "The user needs the right to make temporary tables: GRANT TEMPORARY ON DATABASE … TO …");
}

/// The schema after each of the paths, run one after the other on nothing.
Result<std::vector<database::Schema>> schemas_after(pg::Connection& connection, const std::vector<Path>& paths) {
  TRY(enter_temporary_schema(connection));
  Nowhere nowhere;
  std::vector<database::Schema> schemas;
  for (const Path& path : paths) {
    PostgresOperations operations(connection, nowhere);
    TRY(run_steps(operations, path));
    schemas.push_back(TRY(pg::read_schema(connection)));
  }
  TRY(connection.execute("ROLLBACK TO SAVEPOINT liftlock_chain; RELEASE SAVEPOINT liftlock_chain"));
  return schemas;
}

/// A database of Peewee's lineage has all of its migrations behind it where Alembic's have begun.
Result<Path> way_up(Lineage lineage, const Head& head) {
  const int all = static_cast<int>(openwebui::peewee_migrations().size());
  const int peewee = head.revision.empty() ? head.peewee_migrations : all;
  return plan_path(DatabaseState{}, {lineage == Lineage::peewee ? peewee : 0, head.revision});
}

}  // namespace

Result<database::Schema> PostgresChain::at(Lineage lineage, const Head& head) {
  const std::tuple key(lineage, head.revision.empty() ? head.peewee_migrations : 0, head.revision);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const Path path = TRY(way_up(lineage, head));
  auto schemas = TRY(schemas_after(connection_, {path}));
  return known_[key] = std::move(schemas.front());
}

Result<PostgresChain::WayDown> PostgresChain::way_down(const DatabaseState& state, const Path& path) {
  const Path up = TRY(way_up(state.lineage, {state.peewee_migrations, state.revision}));
  auto schemas = TRY(schemas_after(connection_, {up, path}));
  return WayDown{std::move(schemas.front()), std::move(schemas.back())};
}

Result<database::Schema> PostgresChain::after_way_down(Lineage lineage, const std::string& revision) {
  if (all_expected_.contains(lineage)) TRY(expect_all_below(lineage));
  if (const auto found = below_.find({lineage, revision}); found != below_.end()) return found->second;
  const DatabaseState newest = newest_state(lineage);
  const Path path = TRY(plan_downgrade(newest, revision));
  return below_[{lineage, revision}] = TRY(way_down(newest, path)).below;
}

/// All on one way down, a step at a time.
Result<void> PostgresChain::expect_all_below(Lineage lineage) {
  const DatabaseState newest = newest_state(lineage);
  if (below_.contains({lineage, newest.revision})) return {};
  const Path down = TRY(plan_downgrade(newest, {}));
  std::vector<Path> paths{TRY(way_up(lineage, {.revision = newest.revision}))};
  for (const Revision* step : down.downward) paths.push_back({.downward = {step}});
  auto schemas = TRY(schemas_after(connection_, paths));
  below_[{lineage, newest.revision}] = std::move(schemas[0]);
  for (std::size_t i = 1; i < paths.size(); ++i)
    below_[{lineage, std::string(down.downward[i - 1]->down_revision)}] = std::move(schemas[i]);
  return {};
}

/// All on one way up, instead of one way for each.
Result<void> PostgresChain::expect_all(Lineage lineage) {
  if (!all_expected_.insert(lineage).second) return {};
  const Path up = TRY(way_up(lineage, {.revision = newest_state(lineage).revision}));
  std::vector<Path> paths;
  for (const Revision* revision : up.alembic) paths.push_back({.alembic = {revision}});
  paths.front().peewee = up.peewee;
  auto schemas = TRY(schemas_after(connection_, paths));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    known_[{lineage, 0, std::string(up.alembic[i]->id)}] = std::move(schemas[i]);
  }
  return {};
}

}  // namespace liftlock::migration::postgres
