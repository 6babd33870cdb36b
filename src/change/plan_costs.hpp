#pragma once

#include <optional>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "database/sqlite.hpp"
#include "deployment/deployment.hpp"
#include "snapshot/snapshot.hpp"

/// What a change will take, from sizes and speeds that were measured.
namespace liftlock::change {

struct CostQuestion {
  const deployment::Deployment* deployment = nullptr;
  snapshot::Source source;  ///< what the snapshot will hold
  Direction direction = Direction::none;
  std::optional<snapshot::Manifest> restore_point;  ///< where direction is down
};

/// All zero but disk_free_bytes where nothing would be done.
[[nodiscard]] Result<Costs> estimate_costs(const CostQuestion& question, database::Connection& database);

}  // namespace liftlock::change
