#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "deployment/handover.hpp"
#include "deployment/runner.hpp"

namespace liftlock::deployment {

/// Models that the program looks for when it starts, below its data directory: nobody's data, and a gigabyte to copy. A
/// trial is shown the deployment's own.
inline constexpr std::array model_folders = {"cache/embedding", "cache/whisper", "cache/tiktoken"};

/// A program that is started on a copy of the data before anything is stopped: by itself, with nobody to talk to.
struct Trial {
  std::string change_id;
  Target target;
  std::filesystem::path data;  ///< the program's data directory, on this machine: holds the copy as webui.db
  std::string secret;          ///< its WEBUI_SECRET_KEY, made up for this
  std::filesystem::path log;   ///< where what it wrote is kept if it fails
};

/// How it went.
struct TrialRun {
  Answer answer;
  double start_seconds = 0;            ///< from the order to start to the first good answer
  double stop_seconds = 0;             ///< from the order to stop to its end
  std::int64_t peak_memory_bytes = 0;  ///< as often as it was looked at; 0 where the platform does not tell
};

/// Runs programs on trial. What a trial makes bears the change's id in its name and a mark of its own; only that is
/// ever removed.
class Trials {
 public:
  virtual ~Trials() = default;

  /// What a trial in the change of this id is called on its platform.
  [[nodiscard]] virtual std::string name(const std::string& change_id) = 0;

  /// Starts it, waits for its answer, calls `ask` with that, and stops it; it is not removed. Errors: those of
  /// Runner::watch and of `ask`; "start-failed" where it was ended while it was asked; "migration-failed" where its log
  /// tells that it could not migrate.
  [[nodiscard]] virtual Result<TrialRun> run(const Trial& trial, const Watch& watch,
                                             const std::function<Result<void>(const Answer&)>& ask) = 0;

  /// Removes what a trial in the change of this id has made, in whatever state; can be repeated.
  [[nodiscard]] virtual Result<void> remove(const std::string& change_id) = 0;

  /// What the deployment's own program takes now, and gives back when it is stopped; 0 where nobody tells.
  [[nodiscard]] virtual Result<std::int64_t> memory_in_use() = 0;
};

}  // namespace liftlock::deployment
