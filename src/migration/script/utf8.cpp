#include "migration/script/utf8.hpp"

namespace liftlock::migration::script {

void append_utf8(std::string& text, char32_t code) {
  if (code >= 0xD800 && code < 0xE000) {
    text += '?';
  } else if (code < 0x80) {
    text += static_cast<char>(code);
  } else {
    const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const unsigned lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
    text += static_cast<char>(lead | code >> (6 * more));
    for (unsigned left = more; left > 0; --left) {
      text += static_cast<char>(0x80 | (code >> (6 * (left - 1)) & 0x3F));
    }
  }
}

std::optional<std::pair<char32_t, std::size_t>> character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (length == 0 || at + length > text.size()) return std::nullopt;
  if (length == 1) return std::pair(char32_t{lead}, length);
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code = code << 6 | (byte(i) & 0x3FU);
  }
  return std::pair(code, length);
}

}  // namespace liftlock::migration::script
