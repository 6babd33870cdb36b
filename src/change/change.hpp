#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "change/plan.hpp"
#include "change/postgres_status.hpp"
#include "change/report.hpp"
#include "deployment/deployment.hpp"
#include "migration/state.hpp"

/// The story of a change:
///
///     inspect → plan → check hazards → lock → snapshot → rehearse → cut over → verify → (days later) settle
///                                                            └──── any failure ────→ roll back → report
namespace liftlock::change {

/// Something to be agreed to before it is done.
struct Question {
  std::string id;                    ///< "change", "rollback-losing", "down-losing"
  std::string text;                  ///< one sentence that ends in "?"
  std::vector<std::string> details;  ///< what is at stake, a line each
  bool dangerous = false;            ///< something would be left behind
  bool beyond_yes = false;           ///< a general --yes does not answer it; it has an option of its own
};

/// What a story needs of the world; nothing is owned.
struct Context {
  Clock& clock;
  IdSource& ids;
  Progress& progress;
  /// Whether the user agrees. With --yes the command line says yes, with --no-input no.
  std::function<bool(const Question&)> confirm;
  /// One line for the person who waits: "Snapshot proven: 262 MB in 2.1 s".
  std::function<void(const std::string&)> say;
  /// How long a program that starts may neither answer nor write anything new.
  std::chrono::seconds start_patience{300};
};

struct Request {
  deployment::Deployment deployment;
  std::string version;  ///< as it was said: see make_plan()
  std::string engine = "auto";
  int keep_days = 7;
  bool accept_loss = false;  ///< for a downward change: what the plan counts, or is newer, may be left behind
  std::function<void(const Plan&)>
      show_plan;                   ///< called once the plan is there, before anything is asked; may be empty
  std::string from_snapshot = {};  ///< see PlanOptions
  std::string pin = {};
  bool trial = true;  ///< see PlanOptions
};

/// Changes the version. Errors: refused (nothing changed), failed (nothing changed), rolled_back (as it was),
/// needs_hand (with the commands), locked, cancelled. The report is also in <state folder>/changes/<id>/report.json,
/// as it is where an error is returned after the change had begun.
[[nodiscard]] Result<Report> run_change(const Request& request, Context& context);

/// Snapshot and rehearsal only.
[[nodiscard]] Result<Report> run_rehearsal(const Request& request, Context& context);

/// Back to before the last change that is not settled.
/// Errors: "nothing-to-roll-back" (refused), "unfinished-change" (refused: resume first), and those of run_change.
[[nodiscard]] Result<Report> roll_back(const deployment::Deployment& deployment, Context& context);

/// Ends an interrupted change or rollback in "as it was" or "changed and verified". nullopt: nothing to do.
[[nodiscard]] Result<std::optional<Report>> resume(const deployment::Deployment& deployment, Context& context);

/// Gives up the kept old databases of changes that ended `keep_days` ago (of all finished ones with `now`).
/// Returns the reports of those that were settled by this call.
[[nodiscard]] Result<std::vector<Report>> settle(const deployment::Deployment& deployment, bool now, Context& context);

/// For snapshot::PrunePolicy: since when no change needs the snapshot of this name (its folder's); nullopt while one
/// that can still be rolled back, or is unfinished, does.
[[nodiscard]] Result<std::optional<std::int64_t>> snapshot_free_since(const deployment::Deployment& deployment,
                                                                      const std::string& snapshot_name);

/// What is deployed.
struct Status {
  deployment::Deployment deployment;
  deployment::Size size;
  migration::DatabaseState state;
  std::vector<std::string> releases;             ///< that the database may come from, oldest first
  std::vector<std::string> users;                ///< "1234 python open-webui serve": who has the database open
  std::optional<PostgresStatus> postgres;        ///< where the database is on a server
  std::optional<std::string> unfinished_change;  ///< its id: `liftlock resume` is due
  std::optional<std::string> unsettled_change;   ///< its id: can be rolled back
};
[[nodiscard]] Result<Status> status(const deployment::Deployment& deployment);

/// The changes made, newest first. Ones with a damaged report or journal are listed as unfinished, with `failure`
/// saying so.
[[nodiscard]] Result<std::vector<Report>> history(const deployment::Deployment& deployment);

}  // namespace liftlock::change
