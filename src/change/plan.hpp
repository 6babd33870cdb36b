#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "deployment/deployment.hpp"
#include "deployment/handover.hpp"
#include "deployment/runner.hpp"
#include "hazard/finding.hpp"
#include "migration/builder.hpp"
#include "migration/reversal.hpp"
#include "migration/state.hpp"
#include "release/program_chain.hpp"

namespace liftlock::change {

enum class Direction {
  none,    ///< already there
  up,      ///< by migrating
  down,    ///< by migrating, or by a snapshot of that version
  unknown  ///< only the program itself tells which release it is, and it is not here: there is nothing more in the plan
};

/// One line of the plan's table.
struct PlanStep {
  std::string id;       ///< revision, or a Peewee migration's name
  std::string message;  ///< title of the official script
  std::string summary;  ///< what it does to the data; empty: schema only
  bool peewee = false;
};

struct Costs {
  double seconds = 0;                ///< the whole change: snapshot, rehearsal, cutover; from sizes and measured speeds
  double downtime_seconds = 0;       ///< of which nobody can use the deployment
  double cutover_seconds = 0;        ///< of which the data is changed
  std::int64_t memory_bytes = 0;     ///< from a sample of the chats: one that is larger than these needs more
  std::int64_t disk_bytes = 0;       ///< needed on the database's file system, at the worst moment
  std::int64_t disk_free_bytes = 0;  ///< there now
  std::int64_t snapshot_bytes = 0;   ///< needed where snapshots lie, if that is another file system; else in disk_bytes
  std::int64_t snapshot_free_bytes = 0;
};

/// Where a downward change goes back to.
struct RestorePoint {
  std::filesystem::path snapshot;
  std::string taken_at;  ///< ISO time
  std::string release;   ///< of the snapshot; empty if not known
  std::string revision;
};

/// What a change would do. Computed from the data, which it does not touch.
struct Plan {
  std::string address;                     ///< of the deployment
  std::string wanted;                      ///< which version, as it was said: "latest"
  std::vector<std::string> from_releases;  ///< the releases that the database may come from, oldest first
  migration::DatabaseState from_state;
  std::string target_release;  ///< resolved: "0.12.4" also where "latest" was asked for; empty: direction is unknown
  migration::Head head;        ///< that the target release brings, as far as it is known
  Direction direction = Direction::none;
  std::string engine = "native";
  bool by_snapshot = false;     ///< down by restoring the restore point instead of migrating
  migration::Path path;         ///< what native will run; empty where nothing is migrated
  std::vector<PlanStep> steps;  ///< the same for people
  std::vector<hazard::Finding> findings;
  std::vector<std::string> points_of_no_return;  ///< sentences
  Costs costs;
  std::vector<migration::DownwardLoss> losses;      ///< what migrating down would leave behind, counted in this data
  std::optional<RestorePoint> restore_point;        ///< set where direction is down and one exists, also if not by it
  std::optional<deployment::Target> program;        ///< that comes with it, where something runs the program
  std::optional<release::ProgramChain> migrations;  ///< that `program` brings, once they were read from it
  bool trial = false;                               ///< the program is started on a copy of the data first

  /// Whether the program brings migrations that are not compiled in, and does them itself.
  [[nodiscard]] bool has_tail() const { return migrations && !migrations->tail.empty(); }
  /// Where the database is in the end; `head` is as far as the native engine leads.
  [[nodiscard]] const std::string& last_revision() const { return has_tail() ? migrations->head : head.revision; }

  /// Whether there is nothing to do: neither to the database nor to the program.
  [[nodiscard]] bool is_done() const { return direction == Direction::none && (!program || program->is_deployed()); }

  /// The findings that refuse the change.
  [[nodiscard]] std::vector<const hazard::Finding*> blockers() const;
};

struct PlanOptions {
  std::string engine = "auto";  ///< auto, native, app
  /// For an older version: restores this snapshot (its folder's name; "latest": the newest of that version) instead of
  /// migrating down. Empty: migrates, where that is possible.
  std::string from_snapshot = {};
  std::string pin = {};  ///< of the configuration; empty: none
  /// Brings a program, where only the program itself tells which release it is. Empty: nothing is brought, and the
  /// plan's direction is then unknown.
  std::function<Result<void>(deployment::Runner&, deployment::Target&)> bring = {};
  bool trial = true;  ///< the new program is started on a copy of the data first, where something runs it
};

/// Plans the change of `deployment` to `wanted` (a release, "latest"; where something runs the program, whatever
/// deployment::Wish takes). Reads the database, writes nothing. A plan that must be refused is still a plan: its
/// findings say why (missing restore point for down included). Errors: those of find_target(), migration::plan_path
/// and database::Connection.
[[nodiscard]] Result<Plan> make_plan(const deployment::Deployment& deployment, const std::string& wanted,
                                     const PlanOptions& options = {});

/// The error (kind refused) of a plan with blockers: all of them with what to do.
[[nodiscard]] Error refusal_of(const Plan& plan);

/// As in report.json and `plan --json`; documented in docs/reference.
[[nodiscard]] nlohmann::ordered_json to_json(const Plan& plan);

/// What a path down loses, as in a plan.
[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<migration::DownwardLoss>& losses);

}  // namespace liftlock::change
