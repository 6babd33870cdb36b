#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/progress.hpp"
#include "change/instance_status.hpp"
#include "deployment/deployment.hpp"
#include "migration/state.hpp"
#include "release/version.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change::doctor {

/// One deployment with all that the checks want to know of it. What could not be looked at is empty, with the reason.
struct Patient {
  std::string address;
  std::optional<InstanceStatus> status;              ///< where a platform runs it
  std::vector<std::string> updaters;                 ///< see Platform::updaters_of
  std::optional<deployment::Deployment> deployment;  ///< where Liftlock can work on it
  std::optional<Error> unfit;                        ///< why it cannot

  std::optional<migration::DatabaseState> state;
  std::vector<std::string> releases;              ///< that the database may come from, oldest first
  std::optional<Error> unread;                    ///< why there is no state
  std::optional<std::filesystem::path> database;  ///< where it can be opened here
  std::optional<release::Version> program;        ///< that runs it

  std::optional<std::string> unfinished_change;
  std::optional<std::string> unsettled_change;
  std::vector<snapshot::Listed> snapshots;  ///< oldest first

  // Not owned.
  Clock* clock = nullptr;
  Progress* progress = nullptr;
};

}  // namespace liftlock::change::doctor
