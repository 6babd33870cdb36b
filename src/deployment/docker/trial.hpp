#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "base/http.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/trial.hpp"

/// A program tried in a container of its own, alone on a network without a way out.
namespace liftlock::deployment::docker {

/// Where the deployment's own container is. Nothing is owned.
struct TrialGround {
  Engine& engine;
  http::Transport& transport;            ///< for the program
  std::string instance;                  ///< name of the deployment's container
  std::filesystem::path data_directory;  ///< its data, on this machine
  bool local = true;                     ///< as in WatchRequest
  std::string engine_host;
};

[[nodiscard]] Result<TrialRun> run_trial(const TrialGround& ground, const std::string& name, const Trial& trial,
                                         const Watch& watch, const std::function<Result<void>(const Answer&)>& ask);

/// Container and network of that name, where they bear the mark of this change.
[[nodiscard]] Result<void> remove_trial(Engine& engine, const std::string& name, const std::string& change_id);

/// What a container takes now, without the cache of files that it would give back; 0 where the engine does not tell.
[[nodiscard]] Result<std::int64_t> memory_of(Engine& engine, const std::string& container);

}  // namespace liftlock::deployment::docker
