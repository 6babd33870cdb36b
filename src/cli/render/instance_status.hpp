#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "change/instance_status.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

[[nodiscard]] std::string render_status(const change::InstanceStatus& status, const Style& style);

/// As `status --json` gives it (docs/reference/json.md).
[[nodiscard]] nlohmann::ordered_json status_json(const change::InstanceStatus& status);

}  // namespace liftlock::cli
