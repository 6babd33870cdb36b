#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "deployment/deployment.hpp"

namespace liftlock::change {

/// Where one change keeps its things. Names are made from its id alone, so that a later run finds them again.
struct Places {
  std::filesystem::path folder;  ///< <state folder>/changes/<id>
  std::filesystem::path journal;
  std::filesystem::path report;
  std::filesystem::path quarantine;   ///< quarantine.jsonl, never removed
  std::filesystem::path scratch;      ///< folder beside the database; disposable at any time
  std::filesystem::path far_scratch;  ///< the same in `folder`, for when there is no room beside the database
  std::filesystem::path candidate;    ///< beside the database: the new file, about to be swapped in
  std::filesystem::path before;       ///< beside the database: the database as it was before the change
  std::filesystem::path after;        ///< beside the database: the changed database, once it was rolled back
};
[[nodiscard]] Places places_of(const deployment::Deployment& deployment, const std::string& id);

/// The ids of all changes of the deployment, oldest first. Their leading numbers order them.
[[nodiscard]] Result<std::vector<std::string>> change_ids(const deployment::Deployment& deployment);

/// The id that follows them: "0004-20261121-104526".
[[nodiscard]] std::string next_id(const std::vector<std::string>& ids, std::int64_t now_seconds);

/// Removes the scratch folders that interrupted runs left. Only while the locks are held.
[[nodiscard]] Result<void> remove_scratch(const deployment::Deployment& deployment);

}  // namespace liftlock::change
