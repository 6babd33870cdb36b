#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "release/catalogue.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change {

/// The whole snapshots of a deployment, as ways back.
struct RestorePoints {
  std::optional<snapshot::Snapshot> newest;  ///< the newest one that `target` can run on
  std::vector<std::string> releases;         ///< that there are snapshots of, oldest snapshot first, each once
};

/// Looks at the manifests only: the rehearsal proves the snapshot.
/// `name`: only the snapshot of that name counts (its folder's); empty or "latest": any.
[[nodiscard]] Result<RestorePoints> find_restore_points(const std::filesystem::path& store,
                                                        const release::Release& target, const std::string& name);

}  // namespace liftlock::change
