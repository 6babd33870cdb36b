#pragma once

#include <optional>
#include <string_view>

namespace liftlock::migration::openwebui {

/// What Python's float(text) makes of ASCII text: " 12 ", "1_000", "1e9", "+.5", "inf", "nan". Nullopt where it raises.
[[nodiscard]] std::optional<double> parse_python_float(std::string_view text);

}  // namespace liftlock::migration::openwebui
