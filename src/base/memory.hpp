#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace liftlock {

/// Bytes that programs could still take without the system swapping; nullopt where it does not tell.
[[nodiscard]] std::optional<std::int64_t> available_memory();

/// The same from the text of /proc/meminfo.
[[nodiscard]] std::optional<std::int64_t> available_memory_in(std::string_view meminfo);

}  // namespace liftlock
