#include "deployment/docker/process.hpp"

#include <fmt/core.h>

#include "base/file.hpp"

namespace liftlock::deployment::docker {

bool runs_in(std::int64_t pid, std::string_view container_id) {
  const auto groups = file::read(fmt::format("/proc/{}/cgroup", pid));
  return groups && !container_id.empty() && groups->find(container_id) != std::string::npos;
}

}  // namespace liftlock::deployment::docker
