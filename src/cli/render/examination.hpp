#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "change/doctor/doctor.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

[[nodiscard]] std::string render_examination(const change::doctor::Examination& examination, const Style& style);

/// As `doctor --json` gives it (docs/reference/json.md).
[[nodiscard]] nlohmann::ordered_json examination_json(const change::doctor::Examination& examination);

}  // namespace liftlock::cli
