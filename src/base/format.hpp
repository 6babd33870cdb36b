#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// Numbers for people to read.
namespace liftlock {

/// "0 B", "999 B", "1.2 kB", "616 MB", "1.1 GB": powers of 1000, three significant digits at most.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);
/// "4 ms", "3.1 s", "42 s", "2 min 5 s", "3 h 12 min", "2 d 4 h".
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);
/// "160,000".
[[nodiscard]] std::string format_count(std::int64_t number);
/// "1 file", "12,000 files".
[[nodiscard]] std::string format_count(std::int64_t number, std::string_view one, std::string_view many);

}  // namespace liftlock
