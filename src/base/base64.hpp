#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace liftlock {

/// RFC 4648, with padding; the second writes '-' and '_' for '+' and '/', as what stands in URLs and headers wants it.
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64_url(std::string_view bytes);

/// Understands both alphabets, with and without padding; nullopt for anything else.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace liftlock
