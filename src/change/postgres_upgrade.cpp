#include "change/postgres_upgrade.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/file.hpp"
#include "change/notes.hpp"
#include "change/postgres_accounting.hpp"
#include "change/postgres_commit.hpp"
#include "change/postgres_proofs.hpp"
#include "database/compare_schema.hpp"
#include "database/postgres_schema.hpp"
#include "migration/operations.hpp"
#include "migration/postgres/chain_schemas.hpp"
#include "migration/postgres/losses.hpp"
#include "migration/postgres/migrate.hpp"
#include "migration/postgres/questions.hpp"

namespace liftlock::change {

namespace pg = database::postgres;
using migration::Effect;
using migration::Path;
using migration::postgres::Migrated;

namespace {

bool declares(const Path& path, Effect::Kind kind, std::string_view table) {
  return std::ranges::any_of(path.all(), [&](const migration::Revision* revision) {
    return std::ranges::any_of(revision->effects,
                               [&](const Effect& effect) { return effect.kind == kind && effect.table == table; });
  });
}

Check revision_check(const std::vector<std::string>& found, const std::string& wanted) {
  const bool ok = wanted.empty() ? found.empty() : found == std::vector{wanted};
  return {.id = "revision",
          .title = "The database is at the wanted revision",
          .ok = ok,
          .detail = ok ? "" : fmt::format("alembic_version says {} instead of {}.", fmt::join(found, ", "), wanted),
          .numbers = {}};
}

/// What a run is to do, and what it should leave.
struct Plan {
  migration::DatabaseState state;
  Path path;
  migration::Head head;
  database::Schema expected;
  std::optional<database::Schema> expected_before = {};  ///< where what was unlike it before may stay so
};

std::set<std::string> different_before(const Plan& plan, const database::Schema& before) {
  std::set<std::string> objects;
  if (!plan.expected_before) return objects;
  for (const auto& difference : database::compare_schemas(*plan.expected_before, before))
    objects.insert(difference.object);
  return objects;
}

/// What is unlike the schema that the revision has, but for what was there before and what was unlike it before.
Check schema_check(const Plan& plan, const database::Schema& before, const database::Schema& after) {
  const auto objects_before = database::describe_schema(before);
  const std::set<std::string> different = different_before(plan, before);
  std::vector<std::string> wrong;
  for (const auto& difference : database::compare_schemas(plan.expected, after)) {
    const auto was = objects_before.find(difference.object);
    const bool stayed = was != objects_before.end() && was->second == difference.actual;
    if (difference.kind == database::SchemaDifference::Kind::extra && stayed) continue;
    if (different.contains(difference.object)) continue;
    wrong.push_back(difference.text());
  }
  Check check{.id = "schema",
              .title = "The schema is that of the revision",
              .ok = wrong.empty(),
              .detail = {},
              .numbers = {{"tables", static_cast<std::int64_t>(after.tables.size())}}};
  if (wrong.size() > 10) wrong.resize(10);
  check.detail = fmt::format("{}", fmt::join(wrong, "\n"));
  return check;
}

/// Every row that was there is there still, or a revision says why not. The server itself guards keys and references.
Check rows_check(const Migrated& migrated, const PostgresLedger& ledger, const Path& path) {
  std::vector<std::string> wrong;
  std::int64_t rows = 0;
  for (const auto& [name, account] : migrated.accounts) {
    if (is_version_table(name)) continue;
    const auto dropped = migrated.dropped.find(name);  // its rows came into the one that bears its name now
    const bool is_replaced = dropped != migrated.dropped.end() && !declares(path, Effect::Kind::drops_table, name);
    const std::int64_t before = account.before + (is_replaced ? dropped->second : 0);
    const auto old_name = migrated.renamed.find(name);
    const std::string_view known_as = old_name != migrated.renamed.end() ? std::string_view(old_name->second) : name;
    const auto declared = [&](Effect::Kind kind) {
      return declares(path, kind, name) || declares(path, kind, known_as);
    };
    rows += account.after;
    const std::int64_t written = is_replaced ? 0 : account.inserted;
    const std::int64_t should = before + written - account.deleted;
    if (account.after < should && ledger.goes_with_others(known_as)) continue;  // the ledger knows which
    if (!is_replaced && account.after != should) {
      wrong.push_back(fmt::format("{} has {} rows instead of {}", name, account.after, should));
    } else if (account.after < before && !declared(Effect::Kind::removes_rows)) {
      wrong.push_back(fmt::format("{} had {} rows and has {}", name, before, account.after));
    }
  }
  for (const auto& [name, count] : migrated.dropped) {
    if (count == 0 || migrated.accounts.contains(name) || declares(path, Effect::Kind::drops_table, name)) continue;
    wrong.push_back(fmt::format("{} with {} rows is gone", name, count));
  }
  return {.id = "rows",
          .title = "Every row is accounted for",
          .ok = wrong.empty(),
          .detail = fmt::format("{}", fmt::join(wrong, "\n")),
          .numbers = {{"tables", static_cast<std::int64_t>(migrated.accounts.size())}, {"rows", rows}}};
}

/// Every value that was there is there still, or a revision says what became of it.
Check values_check(const PostgresLedger::Accounting& accounting) {
  std::vector<std::string> wrong = accounting.unexplained;
  if (wrong.size() > 10) wrong.resize(10);
  return {.id = "values",
          .title = "Every value is as it was, or a revision declares its change",
          .ok = wrong.empty(),
          .detail = fmt::format("{}", fmt::join(wrong, "\n")),
          .numbers = {{"tables", accounting.tables}, {"rows compared", accounting.rows_compared}}};
}

Error verification_error(const Verification& verification) {
  std::string what;
  for (const Check& check : verification.checks) {
    if (!check.ok) what += fmt::format("{}{}: {}", what.empty() ? "" : "\n", check.title, check.detail);
  }
  return {ErrorKind::failed, "verification-failed",  "Verifying the migrated database before COMMIT",
          std::move(what),   "Nothing was changed.", {}};
}

std::unexpected<Error> cancelled() {
  return std::unexpected(Error{
      ErrorKind::cancelled, "cancelled", "Migrating the database", "It was cancelled.", "Nothing was changed.", {}});
}

/// A run's world that ends the migration when the user has asked to stop.
class StoppableEnvironment final : public migration::Environment {
 public:
  StoppableEnvironment(RunEnvironment& run, const Progress& progress) : run_(run), progress_(progress) {}
  std::int64_t now() override { return run_.now(); }
  std::int64_t now_nanoseconds() override { return run_.now_nanoseconds(); }
  std::string uuid4() override { return run_.uuid4(); }
  void note(migration::Note note) override { run_.note(std::move(note)); }
  void quarantine(migration::QuarantinedValue value) override { run_.quarantine(std::move(value)); }
  void progress(std::string_view table, std::int64_t done, std::int64_t total) override {
    run_.progress(table, done, total);
    if (progress_.cancelled()) throw migration::OperationFailed(cancelled().error());
  }

 private:
  RunEnvironment& run_;
  const Progress& progress_;
};

/// As Open WebUI >= 0.12.0 refuses it: a schema without a recorded revision, where it or the search path's own holds an
/// installation. Going on would hide that one's data behind empty tables.
Result<void> refuse_schema_without_history(pg::Connection& connection, const std::string& schema) {
  if (!TRY(migration::postgres::read_version_table(connection)).empty()) return {};
  bool there = !TRY(pg::read_schema(connection)).tables.empty();
  TRY(connection.execute("BEGIN; SET LOCAL search_path TO DEFAULT"));
  for (const char* name : {"alembic_version", "auth", "chat", "config"}) {
    if (!there) there = TRY(pg::read_table(connection, name)).has_value();
  }
  TRY(connection.execute("ROLLBACK"));
  if (!there) return {};
  return refusal(
      "schema-without-history", fmt::format("Migrating the schema {}", schema),
      "It has no recorded revision, but there are tables of an installation in it or in the schema that is "
      "looked into without DATABASE_SCHEMA.",
      "Look whether DATABASE_SCHEMA is right; keep an installation's tables and its alembic_version together.");
}

/// Everything from the plan on, inside the transaction; the server has the functions on JSON.
Result<DatabaseUpgrade> carry_out(pg::Connection& connection, const Plan& plan, migration::Environment& environment,
                                  const std::function<Result<void>()>& before_commit) {
  DatabaseUpgrade upgrade;
  upgrade.from_revision = plan.state.revision;
  upgrade.to_revision = plan.head.revision;
  upgrade.steps = plan.path.all();
  const database::Schema before = TRY(pg::read_schema(connection));
  environment.progress("rows as they were", 0, 0);
  const PostgresLedger ledger = TRY(PostgresLedger::write(connection, before, plan.expected, plan.path));
  const PostgresProofs proofs = TRY(PostgresProofs::ask(connection, plan.path));
  const Migrated migrated = TRY(migration::postgres::migrate(connection, plan.path, environment));
  environment.progress("verification", 0, 0);
  const database::Schema after = TRY(pg::read_schema(connection));
  PostgresLedger::Accounting accounting = TRY(ledger.compare(connection, after));
  upgrade.verification.checks = {
      revision_check(TRY(migration::postgres::read_version_table(connection)), plan.head.revision),
      schema_check(plan, before, after),
      rows_check(migrated, ledger, plan.path),
      values_check(accounting),
  };
  for (Check& check : TRY(proofs.compare(connection))) upgrade.verification.checks.push_back(std::move(check));
  upgrade.verification.explained = std::move(accounting.explained);
  if (!upgrade.verification.ok()) return std::unexpected(verification_error(upgrade.verification));
  TRY(migration::postgres::drop_json_functions(connection));
  TRY(before_commit());
  TRY(commit_postgres(connection, "Committing the migration",
                      "The database is either as it was or fully migrated; nothing in between is possible."));
  return upgrade;
}

/// Where the database is at the wanted revision already.
Result<DatabaseUpgrade> nothing_to_do(pg::Connection& connection, const std::string& revision) {
  TRY(connection.execute("ROLLBACK"));
  DatabaseUpgrade upgrade;
  upgrade.from_revision = revision;
  upgrade.to_revision = revision;
  return upgrade;
}

using Work = std::function<Result<DatabaseUpgrade>(pg::Connection&, migration::Environment&,
                                                   const std::function<Result<void>()>& before_commit)>;

/// Has a command's work done on a connection of its own, with what it notes and puts into quarantine.
Result<DatabaseUpgrade> run_work(const database::Url& url, const std::string& schema,
                                 const std::filesystem::path& quarantine_folder, Clock& clock, IdSource& ids,
                                 Progress& progress, const Work& work) {
  pg::Connection connection = TRY(pg::Connection::open(url, schema));
  if (!schema.empty()) TRY(refuse_schema_without_history(connection, schema));
  const std::filesystem::path quarantine =
      quarantine_folder / fmt::format("quarantine-{}.jsonl", compact_time(clock.seconds()));
  RunEnvironment run(clock, ids, progress, quarantine);
  StoppableEnvironment environment(run, progress);
  TRY(file::make_folder(quarantine_folder));
  const auto before_commit = [&]() -> Result<void> {
    if (progress.cancelled()) return cancelled();
    return run.finish();
  };
  Result<DatabaseUpgrade> done = DatabaseUpgrade();
  try {
    done = work(connection, environment, before_commit);
  } catch (const migration::OperationFailed& stopped) {  // by StoppableEnvironment, between two steps
    done = std::unexpected(stopped.error());
  }
  if (!done) {
    if (done.error().kind == ErrorKind::needs_hand) return done;
    std::ignore = file::remove(quarantine);  // all is still where it was
    if (done.error().state.empty()) done.error().state = "Nothing was changed.";
    return done;
  }
  DatabaseUpgrade upgrade = *std::move(done);
  upgrade.notes = run.notes();
  upgrade.quarantined = run.quarantined();
  if (upgrade.quarantined > 0) upgrade.quarantine_file = quarantine;
  return upgrade;
}

}  // namespace

Result<DatabaseUpgrade> upgrade_postgres(pg::Connection& connection, const migration::Head& wanted,
                                         migration::Environment& environment,
                                         const std::function<Result<void>()>& before_commit) {
  TRY(migration::postgres::begin_alone(connection));
  Plan plan{.state = TRY(migration::postgres::inspect_state(connection)), .path = {}, .head = wanted, .expected = {}};
  // A new database is born under Alembic alone, as Alembic's own upgrade would have it.
  const bool is_new = plan.state.lineage == migration::Lineage::none;
  if (is_new && !plan.head.revision.empty()) plan.head.peewee_migrations = 0;
  plan.path = TRY(migration::plan_path(plan.state, plan.head));
  if (plan.path.empty()) return nothing_to_do(connection, plan.state.revision);
  const migration::Lineage lineage = !is_new                           ? plan.state.lineage
                                     : plan.head.peewee_migrations > 0 ? migration::Lineage::peewee
                                                                       : migration::Lineage::alembic;
  plan.expected = TRY(migration::postgres::PostgresChain(connection).at(lineage, plan.head));
  TRY(migration::postgres::make_json_functions(connection));
  return carry_out(connection, plan, environment, before_commit);
}

Result<DatabaseUpgrade> downgrade_postgres(pg::Connection& connection, const std::string& revision,
                                           const Consent& consent, migration::Environment& environment,
                                           const std::function<Result<void>()>& before_commit) {
  TRY(migration::postgres::begin_alone(connection));
  Plan plan{.state = TRY(migration::postgres::inspect_state(connection)), .path = {}, .head = {}, .expected = {}};
  plan.head = {.peewee_migrations = plan.state.peewee_migrations, .revision = revision};
  plan.path = TRY(migration::plan_downgrade(plan.state, revision));
  if (plan.path.empty()) return nothing_to_do(connection, plan.state.revision);
  TRY(migration::postgres::make_json_functions(connection));
  environment.progress("what is left behind", 0, 0);
  auto losses = TRY(migration::postgres::count_downward_losses(connection, plan.path));
  if (!losses.empty()) TRY(consent(losses));
  auto schemas = TRY(migration::postgres::PostgresChain(connection).way_down(plan.state, plan.path));
  plan.expected = std::move(schemas.below);
  plan.expected_before = std::move(schemas.above);
  DatabaseUpgrade done = TRY(carry_out(connection, plan, environment, before_commit));
  done.losses = std::move(losses);
  return done;
}

Result<DatabaseUpgrade> upgrade_postgres(const database::Url& url, const std::string& schema,
                                         const std::string& revision, const std::filesystem::path& quarantine_folder,
                                         Clock& clock, IdSource& ids, Progress& progress) {
  return run_work(url, schema, quarantine_folder, clock, ids, progress,
                  [&](pg::Connection& connection, migration::Environment& environment, const auto& before_commit) {
                    const migration::Head head{.peewee_migrations = 18, .revision = revision};
                    return upgrade_postgres(connection, head, environment, before_commit);
                  });
}

Result<DatabaseUpgrade> downgrade_postgres(const database::Url& url, const std::string& schema,
                                           const std::string& revision, const Consent& consent,
                                           const std::filesystem::path& quarantine_folder, Clock& clock, IdSource& ids,
                                           Progress& progress) {
  return run_work(url, schema, quarantine_folder, clock, ids, progress,
                  [&](pg::Connection& connection, migration::Environment& environment, const auto& before_commit) {
                    return downgrade_postgres(connection, revision, consent, environment, before_commit);
                  });
}

}  // namespace liftlock::change
