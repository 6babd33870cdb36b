#include "base/memory.hpp"

#include <charconv>

#include "base/file.hpp"

namespace liftlock {

std::optional<std::int64_t> available_memory_in(std::string_view meminfo) {
  constexpr std::string_view name = "MemAvailable:";
  const std::size_t line = meminfo.find(name);
  if (line == std::string_view::npos) return std::nullopt;
  const std::size_t digits = meminfo.find_first_not_of(' ', line + name.size());
  if (digits == std::string_view::npos) return std::nullopt;
  std::int64_t kibibytes = 0;
  const auto [end, error] = std::from_chars(meminfo.data() + digits, meminfo.data() + meminfo.size(), kibibytes);
  if (error != std::errc()) return std::nullopt;
  return kibibytes << 10U;
}

std::optional<std::int64_t> available_memory() {
  const auto text = file::read("/proc/meminfo");
  return text ? available_memory_in(*text) : std::nullopt;
}

}  // namespace liftlock
