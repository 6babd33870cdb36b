#include "deployment/platform.hpp"

#include "base/file.hpp"
#include "deployment/deployment.hpp"
#include "deployment/docker/find.hpp"

namespace liftlock::deployment {

std::optional<std::filesystem::path> on_this_machine(const Instance& instance, const std::filesystem::path& path,
                                                     const InsideFile& inside) {
  const auto outside = outside_path(instance, path);
  if (!outside || !inside.regular) return std::nullopt;
  const auto facts = file::facts(*outside);
  if (!facts) return std::nullopt;
  const bool same = facts->size == inside.size && facts->modified_nanoseconds == inside.modified_nanoseconds;
  return same ? outside : std::nullopt;
}

Result<Deployment> state_of(const Instance& instance, const std::filesystem::path& home) {
  return docker::state_of_container(instance.name, home);
}

}  // namespace liftlock::deployment
