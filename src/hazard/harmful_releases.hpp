#pragma once

#include "release/version.hpp"

namespace liftlock::hazard {

/// Whether a release's own migrations lose data, or stop, on the way from an older one: 0.9.6 to 0.11.0.
[[nodiscard]] bool is_harmful(const release::Version& version);

}  // namespace liftlock::hazard
