#pragma once

#include <string_view>

namespace liftlock::hazard {

// Where the data of a case stands: the heads of these releases.
inline constexpr std::string_view v0_3_30 = "ca81bd47c050";
inline constexpr std::string_view v0_6_18 = "d31026856c01";
inline constexpr std::string_view v0_9_5 = "a0b1c2d3e4f5";

}  // namespace liftlock::hazard
