#include "deployment/instance.hpp"

#include <iterator>

#include "base/file_tree.hpp"

namespace liftlock::deployment {

namespace fs = std::filesystem;

namespace {

/// How many parts `folder` has, where `path` is it or lies below it; else 0.
std::ptrdiff_t depth_if_below(const fs::path& folder, const fs::path& path) {
  return file::is_below(folder, path) ? std::distance(folder.begin(), folder.end()) : 0;
}

}  // namespace

const Mount* mount_of(const Instance& instance, const fs::path& path) {
  const Mount* deepest = nullptr;
  std::ptrdiff_t depth = 0;
  for (const Mount& mount : instance.mounts) {
    const std::ptrdiff_t below = depth_if_below(mount.destination, path);
    if (below <= depth) continue;
    deepest = &mount;
    depth = below;
  }
  return deepest;
}

Result<registry::Reference> image_reference(const Instance& instance) {
  const bool by_id = registry::is_digest(instance.image) && !instance.image_digests.empty();
  return registry::parse_reference(by_id ? instance.image_digests.front() : instance.image);
}

std::optional<fs::path> outside_path(const Instance& instance, const fs::path& path) {
  const Mount* mount = mount_of(instance, path);
  if (mount == nullptr || mount->source.empty()) return std::nullopt;
  if (path == mount->destination) return mount->source;
  return (mount->source / path.lexically_relative(mount->destination)).lexically_normal();
}

}  // namespace liftlock::deployment
