#pragma once

#include <cstdint>
#include <string_view>

namespace liftlock::deployment::docker {

/// Whether a process of this machine runs in the container: engines name its control group after the container's id
/// (man 7 cgroups; "/docker/ID", "docker-ID.scope", "libpod-ID.scope"). False where the process is gone.
[[nodiscard]] bool runs_in(std::int64_t pid, std::string_view container_id);

}  // namespace liftlock::deployment::docker
