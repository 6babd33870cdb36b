#include "migration/openwebui/python_number.hpp"

#include <charconv>
#include <cstdlib>
#include <string>

namespace liftlock::migration::openwebui {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view strip(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\r\v\f\x1c\x1d\x1e\x1f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Underscores may stand between digits and nowhere else.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      result += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return result;
}

}  // namespace

std::optional<double> parse_python_float(std::string_view text) {
  const auto plain = without_underscores(strip(text));
  if (!plain) return std::nullopt;
  std::string_view number = *plain;
  if (number.starts_with('+')) {
    number.remove_prefix(1);
    if (number.starts_with('-') || number.starts_with('+')) return std::nullopt;
  }
  if (number.find('(') != std::string_view::npos) return std::nullopt;  // C's "nan(…)"
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (end != number.data() + number.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(number).c_str(), nullptr);
  return value;
}

}  // namespace liftlock::migration::openwebui
