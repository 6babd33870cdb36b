#include "migration/postgres/chain_schemas.hpp"

#include <functional>
#include <memory>

#include "database/compare_schema.hpp"
#include "database/postgres_schema.hpp"
#include "database/translate_schema.hpp"
#include "migration/nowhere.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/postgres/operations.hpp"
#include "migration/version_tables.hpp"

namespace liftlock::migration::postgres {

namespace {

/// Called between steps, when the server has all of what the step did.
using After = std::function<Result<void>(const Revision& step)>;

Result<void> into_temporary_schema(pg::Connection& connection) {
  auto done = connection.execute(
      "SAVEPOINT liftlock_chain; SET LOCAL search_path TO pg_temp; CREATE TEMPORARY TABLE liftlock_first (); DROP "
      "TABLE "
      "liftlock_first");
  if (done || done.error().id != "database-error") return done;
  return refusal("temporary-schema-denied", "Making the schema of the revision in the session's temporary schema",
                 done.error().what,
                 "The user needs the right to make temporary tables: GRANT TEMPORARY ON DATABASE … TO …");
}

/// Does `work` in the session's temporary schema, and takes it back.
Result<void> in_temporary_schema(pg::Connection& connection, const std::function<Result<void>()>& work) {
  TRY(into_temporary_schema(connection));
  TRY(work());
  return connection.execute("ROLLBACK TO SAVEPOINT liftlock_chain; RELEASE SAVEPOINT liftlock_chain");
}

/// Runs the steps; all at once where nobody looks in between.
Result<void> run(pg::Connection& connection, const Path& path, const After& after) {
  Nowhere nowhere;
  auto operations = std::make_unique<PostgresOperations>(connection, nowhere);
  const auto run_one = [&](const Revision& step, bool is_peewee) -> Result<void> {
    operations->enter(step.id);
    step.upgrade(*operations);
    if (is_peewee) record_peewee_migration(*operations, step);
    if (!after) return {};
    operations->finish();
    TRY(after(step));
    operations = std::make_unique<PostgresOperations>(connection, nowhere);
    return {};
  };
  try {
    for (const Revision* step : path.peewee) TRY(run_one(*step, true));
    for (const Revision* step : path.alembic) TRY(run_one(*step, false));
    operations->finish();
  } catch (const OperationFailed& failed) {
    return std::unexpected(failed.error());
  }
  return {};
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
  const auto make = [&]() -> Result<void> {
    TRY(run(connection_, path, {}));
    known_[key] = TRY(pg::read_schema(connection_));
    return {};
  };
  TRY(in_temporary_schema(connection_, make));
  return known_[key];
}

/// What SQLite has otherwise there than at the revision itself, translated; all else as at the revision.
Result<database::Schema> PostgresChain::after_way_down(Lineage lineage, const std::string& revision) {
  SqliteChain sqlite;
  database::Schema schema = TRY(at(lineage, {.revision = revision}));
  const database::Schema below = TRY(sqlite.after_way_down(lineage, revision));
  const database::Schema translated =
      database::translate_schema(below, database::Dialect::sqlite, database::Dialect::postgresql, schema);
  for (const auto& difference : database::compare_schemas(TRY(sqlite.at(lineage, {.revision = revision})), below)) {
    const std::string name = difference.object.substr(0, difference.object.find('/'));
    if (const database::Table* table = translated.table(name); table != nullptr)
      schema.tables[name] = *table;
    else
      schema.tables.erase(name);
  }
  return schema;
}

/// All on one way up, instead of one way for each.
Result<void> PostgresChain::expect_all(Lineage lineage) {
  const Path up = TRY(way_up(lineage, {.revision = std::string(openwebui::alembic_revisions().back()->id)}));
  const After keep = [&](const Revision& step) -> Result<void> {
    known_[{lineage, 0, std::string(step.id)}] = TRY(pg::read_schema(connection_));
    return {};
  };
  return in_temporary_schema(connection_, [&] { return run(connection_, up, keep); });
}

}  // namespace liftlock::migration::postgres
