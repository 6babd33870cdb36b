#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace liftlock::migration::script {

/// Half of a surrogate pair becomes "?", as Python prints it.
void append_utf8(std::string& text, char32_t code);

/// The character at `at`, which must be inside the text, and its length in bytes; nothing where that is not UTF-8.
[[nodiscard]] std::optional<std::pair<char32_t, std::size_t>> character_at(std::string_view text, std::size_t at);

}  // namespace liftlock::migration::script
