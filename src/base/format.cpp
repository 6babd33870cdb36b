#include "base/format.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>

namespace liftlock {

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::array units = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return value < 9.95 ? fmt::format("{:.1f} {}", value, units[unit]) : fmt::format("{:.0f} {}", value, units[unit]);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(duration).count());
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 59.5) return fmt::format("{:.0f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const auto two = [](std::int64_t number, std::int64_t size, const char* big, const char* small) {
    const std::int64_t rest = number % size;
    return rest == 0 ? fmt::format("{} {}", number / size, big)
                     : fmt::format("{} {} {} {}", number / size, big, rest, small);
  };
  if (whole < 3600) return two(whole, 60, "min", "s");
  if (whole < 86400) return two(whole / 60, 60, "h", "min");
  return two(whole / 3600, 24, "d", "h");
}

std::string format_count(std::int64_t number) {
  std::string text = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string format_count(std::int64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", format_count(number), number == 1 ? one : many);
}

}  // namespace liftlock
