#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "snapshot/snapshot.hpp"

/// What restore() has to do. For this room only.
namespace liftlock::snapshot {

struct RestorePlan {
  bool database = false;  ///< the live one differs or is missing
  bool secret = false;
  std::vector<const FilePart*> write;     ///< files and links whose content differs or is missing
  std::vector<const FilePart*> folders;   ///< missing ones
  std::vector<const FilePart*> metadata;  ///< right content, another mode, owner or time
  std::vector<std::string> aside;         ///< paths in the way, or not in the snapshot; none below another
  std::int64_t untouched = 0;

  [[nodiscard]] std::uint64_t bytes_to_write() const;
};

/// Compares a data directory with a snapshot. Changes nothing.
[[nodiscard]] Result<RestorePlan> plan_restore(const Snapshot& snapshot, const Target& target, Progress& progress);

}  // namespace liftlock::snapshot
