#include "change/plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "change/plan_costs.hpp"
#include "change/plan_points.hpp"
#include "change/plan_restore_point.hpp"
#include "change/plan_target.hpp"
#include "change/snapshots.hpp"
#include "change/swap.hpp"
#include "change/tail.hpp"
#include "database/sqlite_schema.hpp"
#include "deployment/driver.hpp"
#include "hazard/registry.hpp"
#include "release/catalogue.hpp"

namespace liftlock::change {

namespace {

Result<std::string> choose_engine(const std::string& wanted, bool has_program) {
  if (wanted == "auto" || wanted == "native") return std::string("native");
  if (wanted == "app" && has_program) return wanted;
  constexpr const char* doing = "Choosing the engine";
  if (wanted == "app") {
    return refusal(
        "engine-without-program", doing,
        "The engine \"app\" runs the migrations of the release's own program, and a data directory has no program.",
        "Leave --engine out: the native engine knows every revision up to this release.");
  }
  return std::unexpected(Error{ErrorKind::usage, "engine-unknown", doing,
                               fmt::format("There is no engine \"{}\".", wanted), "Nothing was changed.",
                               "Choose auto, native or app."});
}

/// SQLCipher looks like noise to SQLite: what people with DATABASE_TYPE=sqlite+sqlcipher see.
Error explain_opening(Error error) {
  if (error.id == "database-not-a-database" && error.next.empty()) {
    error.next =
        "If it is encrypted (sqlite+sqlcipher://): decrypt it into a plain SQLite file first; releases from 0.9.0 on "
        "refuse encrypted ones. Otherwise restore a snapshot or a backup.";
  }
  return error;
}

/// Whether the database can be built on; where not, a check says so.
bool can_be_migrated(const migration::DatabaseState& state) {
  if (state.foreign || !state.known_revision) return false;
  return std::ranges::all_of(state.leftovers, &migration::DatabaseState::Leftover::repairable);
}

/// Peewee's migrations have no way back.
Result<void> find_path_down(Plan& plan, const PlanOptions& options, database::Connection& database) {
  plan.direction = Direction::down;
  plan.by_snapshot = !options.from_snapshot.empty() || plan.head.revision.empty();
  if (plan.by_snapshot) return {};
  plan.path = TRY(migration::plan_downgrade(plan.from_state, plan.head.revision));
  plan.losses = TRY(migration::count_downward_losses(database, plan.path));
  return {};
}

Result<void> find_path(Plan& plan, const PlanOptions& options, database::Connection& database) {
  plan.direction = Direction::up;
  if (plan.has_tail() && plan.from_state.revision == plan.last_revision()) {
    plan.direction = Direction::none;
    return {};
  }
  if (!can_be_migrated(plan.from_state)) return {};
  auto path = migration::plan_path(plan.from_state, plan.head);
  if (!path && path.error().id == "target-older") return find_path_down(plan, options, database);
  if (!path) return std::unexpected(path.error());
  plan.path = *std::move(path);
  if (plan.path.empty()) plan.direction = Direction::none;
  return {};
}

/// A snapshot asked for and silently not used would be a surprise on somebody's only copy.
Result<void> refuse_needless_snapshot(const Plan& plan, const PlanOptions& options) {
  if (options.from_snapshot.empty() || plan.direction == Direction::down) return {};
  return std::unexpected(Error{ErrorKind::usage, "snapshot-not-needed", "Planning the change",
                               fmt::format("--from-snapshot is for going back to an older version, and {} is not older "
                                           "than what is deployed.",
                                           plan.target_release),
                               "Nothing was changed.",
                               fmt::format("Leave --from-snapshot out, or bring the snapshot itself back: liftlock "
                                           "restore {} {}",
                                           plan.address, options.from_snapshot)});
}

void describe_steps(Plan& plan) {
  const auto add = [&](const std::vector<const migration::Revision*>& revisions, bool peewee) {
    for (const auto* step : revisions) {
      plan.steps.push_back({std::string(step->id), std::string(step->message), std::string(step->summary), peewee});
    }
  };
  add(plan.path.repairs, false);
  add(plan.path.peewee, true);
  add(plan.path.alembic, false);
  add(plan.path.downward, false);
}

void put_restore_point(Plan& plan, const snapshot::Snapshot& snapshot) {
  const snapshot::Manifest& manifest = snapshot.manifest;
  plan.restore_point =
      RestorePoint{snapshot.folder, iso_time(manifest.created),
                   manifest.releases.empty() ? std::string() : manifest.releases.back(), manifest.revision};
}

hazard::Way way_of(Direction direction) {
  switch (direction) {
    case Direction::none:
    case Direction::unknown:
      return hazard::Way::none;
    case Direction::up:
      return hazard::Way::up;
    case Direction::down:
      return hazard::Way::down;
  }
  return hazard::Way::none;
}

Result<std::vector<hazard::Finding>> look_for_hazards(const Plan& plan, const deployment::Deployment& deployment,
                                                      const release::Release& target, const RestorePoints& points,
                                                      deployment::Driver& driver, database::Connection& database) {
  hazard::Situation situation;
  situation.address = plan.address;
  situation.state = plan.from_state;
  situation.target = &target;
  situation.way = way_of(plan.direction);
  situation.path = plan.path;
  situation.database = &database;
  situation.schema = TRY(database::read_schema(database));
  situation.database_file = deployment.database;
  situation.data_directory = deployment.data_directory;
  situation.secret_found = deployment.secret_file.has_value() || driver.runner() != nullptr;
  situation.driver_runs_program = driver.runner() != nullptr;
  if (deployment.program_version) situation.program_version = release::Version::parse(*deployment.program_version);
  situation.users = TRY(driver.users(deployment));
  situation.disks = {
      {deployment.database.parent_path(), plan.costs.disk_bytes, plan.costs.disk_free_bytes},
      {deployment.state_folder, plan.costs.snapshot_bytes, plan.costs.snapshot_free_bytes},
  };
  situation.by_snapshot = plan.by_snapshot;
  situation.restore_point = plan.restore_point.has_value();
  situation.snapshots_of = points.releases;
  situation.program_untried = plan.program && !plan.is_done() && !plan.trial;
  return hazard::find_hazards(situation, hazard::all_checks());
}

/// The old program's stop and the new one's start, of which the database knows nothing.
void put_program(Plan& plan, deployment::Target target) {
  constexpr double stop_and_start_seconds = 10;
  plan.program = std::move(target);
  if (plan.is_done()) return;
  plan.costs.seconds += stop_and_start_seconds;
  plan.costs.downtime_seconds += stop_and_start_seconds;
}

/// A start on a copy of what the data becomes.
void put_trial(Plan& plan, bool wanted, deployment::Runner& runner, std::int64_t database_bytes) {
  constexpr double seconds = 12;
  constexpr std::int64_t most_growth = 2;
  plan.trial = wanted && !plan.is_done() && runner.trials() != nullptr;
  if (!plan.trial) return;
  plan.costs.seconds += seconds;
  plan.costs.disk_bytes += most_growth * database_bytes;
}

/// Where the program's own word fits the database, it is that release.
void narrow_origin(Plan& plan, const std::optional<std::string>& program) {
  if (!program) return;
  const std::string version = program->starts_with('v') ? program->substr(1) : *program;
  if (std::ranges::find(plan.from_releases, version) != plan.from_releases.end()) plan.from_releases = {version};
}

bool has_vector_store(const deployment::Deployment& deployment) {
  std::error_code ignored;
  return std::filesystem::exists(deployment.data_directory / "vector_db", ignored);
}

}  // namespace

std::vector<const hazard::Finding*> Plan::blockers() const {
  std::vector<const hazard::Finding*> blocking;
  for (const auto& finding : findings) {
    if (finding.severity == hazard::Severity::blocks) blocking.push_back(&finding);
  }
  return blocking;
}

Result<Plan> make_plan(const deployment::Deployment& deployment, const std::string& wanted,
                       const PlanOptions& options) {
  Plan plan;
  plan.address = deployment.address;
  plan.wanted = wanted;
  TRY(refuse_postgres(deployment, fmt::format("Planning a change of {}", deployment.address)));
  auto driver = TRY(deployment::make_driver(deployment));
  plan.engine = TRY(choose_engine(options.engine, driver->runner() != nullptr));
  PlanTarget target = TRY(find_target(*driver, wanted, options));

  auto opened = open_to_look(deployment.database);
  if (!opened) return std::unexpected(explain_opening(std::move(opened).error()));
  auto state = migration::inspect_state(*opened);
  if (!state) return std::unexpected(explain_opening(std::move(state).error()));
  plan.from_state = *std::move(state);
  for (const auto* release : release::releases_of(plan.from_state))
    plan.from_releases.push_back(to_string(release->version));
  narrow_origin(plan, deployment.program_version);
  if (!target.release) {
    plan.direction = Direction::unknown;
    plan.program = std::move(target.program);
    return plan;
  }
  plan.target_release = release::to_string(target.release->version);
  plan.head = target.release->head;
  plan.migrations = std::move(target.migrations);
  if (plan.has_tail()) TRY(choose_tail_engine(plan, options.engine));
  TRY(find_path(plan, options, *opened));
  TRY(refuse_needless_snapshot(plan, options));
  describe_steps(plan);

  const RestorePoints points =
      TRY(find_restore_points(deployment.state_folder, *target.release, options.from_snapshot));
  CostQuestion costs{&deployment,
                     TRY(source_of(deployment, plan.from_state, plan.from_releases)),
                     plan.direction == Direction::down && !plan.by_snapshot ? Direction::up : plan.direction,
                     {}};
  if (plan.direction == Direction::down && points.newest) {
    put_restore_point(plan, *points.newest);
    if (plan.by_snapshot) costs.restore_point = points.newest->manifest;
  }
  plan.costs = TRY(estimate_costs(costs, *opened));
  if (target.program) {
    put_program(plan, *std::move(target.program));
    put_trial(plan, options.trial, *driver->runner(), TRY(file::facts(deployment.database)).size);
  }
  plan.findings = TRY(look_for_hazards(plan, deployment, *target.release, points, *driver, *opened));
  plan.points_of_no_return = points_of_no_return(plan, has_vector_store(deployment));
  return plan;
}

}  // namespace liftlock::change
