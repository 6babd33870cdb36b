#include "change/plan_restore_point.hpp"

#include <algorithm>

namespace liftlock::change {

namespace {

bool fits(const snapshot::Manifest& manifest, const release::Release& target) {
  if (manifest.revision != target.head.revision) return false;
  return !target.head.revision.empty() ||
         (manifest.lineage != "none" && manifest.peewee_migrations == target.head.peewee_migrations);
}

std::string name_of(const snapshot::Manifest& manifest) {
  if (!manifest.releases.empty()) return manifest.releases.back();
  return manifest.revision.empty() ? "an older database" : "revision " + manifest.revision;
}

}  // namespace

Result<RestorePoints> find_restore_points(const std::filesystem::path& store, const release::Release& target,
                                          const std::string& wanted) {
  RestorePoints points;
  for (const auto& listed : TRY(snapshot::list(store))) {
    if (!listed.snapshot) continue;
    const snapshot::Manifest& manifest = listed.snapshot->manifest;
    const bool meant = wanted.empty() || wanted == "latest" || listed.snapshot->folder.filename() == wanted;
    if (meant && fits(manifest, target)) points.newest = *listed.snapshot;
    const std::string name = name_of(manifest);
    if (std::ranges::find(points.releases, name) == points.releases.end()) points.releases.push_back(name);
  }
  return points;
}

}  // namespace liftlock::change
