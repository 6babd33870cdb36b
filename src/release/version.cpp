#include "release/version.hpp"

#include <fmt/core.h>

#include <charconv>

namespace liftlock::release {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Takes a number off the front of `text`; at most six digits.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::size_t length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || length > 6 || text.front() == '-') return std::nullopt;
  text.remove_prefix(length);
  return number;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  Version version;
  for (std::size_t i = 0; i < version.parts.size(); ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    if (text.empty()) return std::nullopt;
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    version.parts[i] = *number;
  }
  if (text.starts_with(".dev")) {
    text.remove_prefix(4);
    if (text.empty()) return std::nullopt;
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    version.development = *number;
  }
  if (!text.empty()) return std::nullopt;
  return version;
}

std::string to_string(const Version& version) {
  std::string text = fmt::format("{}.{}.{}", version.parts[0], version.parts[1], version.parts[2]);
  if (version.is_development()) text += fmt::format(".dev{}", version.development);
  return text;
}

}  // namespace liftlock::release
