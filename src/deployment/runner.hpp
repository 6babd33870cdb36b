#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "deployment/handover.hpp"
#include "deployment/probe.hpp"
#include "migration/script/script.hpp"

namespace liftlock::deployment {

/// How a start is waited for.
struct Watch {
  std::chrono::seconds patience{300};  ///< without a new line in the log and without a change of state
  Progress* progress = nullptr;        ///< not owned; asked whether it was cancelled
};

/// A program that answers.
struct Answer {
  std::string from;     ///< who was asked: "http://127.0.0.1:3000", or "the engine's health check"
  std::string version;  ///< empty where who was asked does not tell
};

/// Which program is wished for.
struct Wish {
  std::string wanted;  ///< a release ("0.12.4", "v0.12.4"), "latest", "main", another tag, a digest, or a whole name
  std::string pin;     ///< what it must be: a release, a series, a tag or a digest; empty: anything
};

class Trials;

/// Runs the program of a deployment: brings another release of it, and lets one instance take the other's place.
///
/// What changes something can be repeated: each call looks what there is and does the rest, so that it can be ended
/// after a crash. An instance is touched by its id alone, never by what bears its name. Errors are the platform's own;
/// where `doing` changes something, they say nothing of the state that things are in: the caller knows.
class Runner {
 public:
  virtual ~Runner() = default;

  /// Which program a wish comes to, of the same kind as what is deployed. Asks where programs are had from; where
  /// nobody answers there, what is here already is taken. Brings nothing. Errors: "image-unnamed" (refused);
  /// "tag-unknown", "version-pinned" (refused) and the others of registry::resolve().
  [[nodiscard]] virtual Result<Target> resolve(const Wish& wish) = 0;
  /// Brings it, while the old one serves; completes `target`, also with its version. Errors: "version-not-there",
  /// "release-unknown" where it does not tell its version, "version-mismatch" where it is another one than it was
  /// thought to be (all refused).
  [[nodiscard]] virtual Result<void> fetch(Target& target, Progress& progress) = 0;

  /// The Alembic scripts of a program that is here, read without running it; none where it has none where they are
  /// looked for. Errors: "script-unreadable".
  [[nodiscard]] virtual Result<std::vector<migration::script::Script>> migrations(const Target& target) = 0;
  /// Removes what a run that was interrupted has made only to look into programs.
  [[nodiscard]] virtual Result<void> tidy() = 0;

  /// Who tries a release's program on a copy of the data; nullptr where nobody can. Owned by this.
  [[nodiscard]] virtual Trials* trials() { return nullptr; }

  /// Begins to ask the deployment's program whether it answers; nullptr where nobody can.
  [[nodiscard]] virtual std::unique_ptr<Probe> probe() { return nullptr; }

  /// How an instance of `target` takes over, in the change of this id. Changes nothing. Errors (refused): "state-unfit"
  /// for an instance that cannot be stopped and started again, "data-shared" where another one uses the same data,
  /// "no-way-to-ask" where nobody could tell whether it works.
  [[nodiscard]] virtual Result<Handover> plan(const Target& target, const std::string& change_id) = 0;
  /// How one that was kept takes over again. Errors: also "kept-instance-missing" (refused).
  [[nodiscard]] virtual Result<Handover> plan_return(const Kept& kept, const std::string& change_id) = 0;

  /// Makes the new instance beside the old one, which serves on; puts its id into `handover`.
  [[nodiscard]] virtual Result<void> make(Handover& handover) = 0;
  /// Removes it, where it has never run. One that this handover did not make stays.
  [[nodiscard]] virtual Result<void> unmake(const Handover& handover) = 0;

  /// Stops the old one, with the patience that is its own. From here on nothing starts either of them by itself.
  [[nodiscard]] virtual Result<void> stop(const Handover& handover) = 0;
  /// Gives the new one the name, and starts it.
  [[nodiscard]] virtual Result<void> start(const Handover& handover) = 0;
  /// Whether the new one bears the name and runs.
  [[nodiscard]] virtual Result<bool> has_started(const Handover& handover) = 0;
  /// Waits until the new one answers in the version that it must have. Errors: "start-failed" (it ended by itself),
  /// "start-timeout", "version-wrong", cancelled; with the last lines of its log.
  [[nodiscard]] virtual Result<Answer> watch(const Handover& handover, const Watch& watch) = 0;
  /// The new one is right: it gets what starts it by itself, and is stopped where the old one was.
  [[nodiscard]] virtual Result<void> confirm(const Handover& handover) = 0;

  /// The new one is wrong: stops it, keeps what it has written as `log`, and sets it aside.
  [[nodiscard]] virtual Result<void> take_away(const Handover& handover, const std::filesystem::path& log) = 0;
  /// The old one bears the name again, and does what it did: where it answered before, it does again.
  [[nodiscard]] virtual Result<void> put_back(const Handover& handover, const Watch& watch) = 0;
  /// The same as commands, for a person: first those of take_away, then those of put_back.
  [[nodiscard]] virtual std::vector<std::string> take_away_by_hand(const Handover& handover) = 0;
  [[nodiscard]] virtual std::vector<std::string> put_back_by_hand(const Handover& handover) = 0;

  /// Removes an instance that was kept; one that is gone is no error. Only what bears Liftlock's mark in its name.
  [[nodiscard]] virtual Result<void> remove(const Kept& kept) = 0;

  /// The secret key that is in the instance itself, for a snapshot; nullopt where there is none.
  [[nodiscard]] virtual Result<std::optional<std::string>> secret_key(const std::filesystem::path& inside) = 0;

  /// Stops and starts the deployment's instance as it is, for a restore. Whether it ran.
  [[nodiscard]] virtual Result<bool> pause_for_restore() = 0;
  [[nodiscard]] virtual Result<void> start_again(const Watch& watch) = 0;
};

}  // namespace liftlock::deployment
