#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/render/style.hpp"
#include "snapshot/snapshot.hpp"

/// Snapshots, for people and as the JSON of docs/reference/json.md.
namespace liftlock::cli {

[[nodiscard]] std::string render_snapshot(const snapshot::Snapshot& snapshot, const Style& style);
[[nodiscard]] nlohmann::ordered_json snapshot_json(const snapshot::Snapshot& snapshot);

[[nodiscard]] std::string render_snapshots(const std::vector<snapshot::Listed>& listed, const Style& style);
[[nodiscard]] nlohmann::ordered_json listed_json(const std::vector<snapshot::Listed>& listed);

[[nodiscard]] std::string render_proof(const snapshot::Proof& proof, const Style& style);
[[nodiscard]] nlohmann::ordered_json proof_json(const snapshot::Proof& proof);

[[nodiscard]] std::string render_restored(const snapshot::Restored& restored, const Style& style);
[[nodiscard]] nlohmann::ordered_json restored_json(const snapshot::Restored& restored);

}  // namespace liftlock::cli
