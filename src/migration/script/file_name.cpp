#include "migration/script/file_name.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <clocale>
#include <ctime>
#include <cwctype>
#include <optional>
#include <utility>

#include "migration/script/utf8.hpp"

namespace liftlock::migration::script {

namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

LocalTime of_parts(const std::tm& parts, std::int64_t nanoseconds, std::string offset) {
  return {.year = parts.tm_year + 1900,
          .month = parts.tm_mon + 1,
          .day = parts.tm_mday,
          .hour = parts.tm_hour,
          .minute = parts.tm_min,
          .second = parts.tm_sec,
          .microsecond = static_cast<int>(nanoseconds % nanoseconds_per_second / 1000),
          .epoch = nanoseconds / nanoseconds_per_second,
          .offset = std::move(offset)};
}

/// Classes of characters as Unicode has them, whatever the user's locale is.
locale_t unicode() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_word(char32_t code) {
  if (code < 0x80) {
    const char c = static_cast<char>(code);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
  return unicode() == nullptr || ::iswalnum_l(static_cast<wint_t>(code), unicode()) != 0;
}

char32_t lower(char32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
  return unicode() == nullptr ? code : static_cast<char32_t>(::towlower_l(static_cast<wint_t>(code), unicode()));
}

/// One "%(name)0N.Md", taken apart.
struct Field {
  std::string_view name, flags, width, precision;
  char kind = 's';
  std::size_t end = 0;  ///< behind it
};

std::optional<Field> field_at(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "%(") return std::nullopt;
  const std::size_t close = text.find(')', at);
  if (close == std::string_view::npos) return std::nullopt;
  Field field;
  field.name = text.substr(at + 2, close - at - 2);
  std::size_t next = close + 1;
  const auto run_of = [&](std::string_view allowed) {
    const std::size_t begin = next;
    next = std::min(text.find_first_not_of(allowed, begin), text.size());
    return text.substr(begin, next - begin);
  };
  field.flags = run_of("-0 ");
  field.width = run_of("0123456789");
  if (text.substr(next, 1) == ".") {
    ++next;
    field.precision = run_of("0123456789");
  }
  if (next == text.size() || (text[next] != 's' && text[next] != 'd' && text[next] != 'i')) return std::nullopt;
  field.kind = text[next];
  field.end = next + 1;
  if (field.width.size() > 3 || field.precision.size() > 3) return std::nullopt;
  return field;
}

std::size_t number_of(std::string_view digits) {
  std::size_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::unexpected<Error> bad_template(std::string_view file_template, std::string_view why) {
  return failure("template-unsupported", {}, fmt::format("the file_template \"{}\" {}", file_template, why));
}

/// As Python's % operator formats a text or a number that is not negative.
std::string formatted(const Field& field, std::string value, bool is_number) {
  const auto has = [&](char flag) { return field.flags.find(flag) != std::string_view::npos; };
  const std::size_t precision = number_of(field.precision);
  const bool digits = field.kind != 's';
  if (digits && value.size() < precision) value.insert(0, precision - value.size(), '0');
  if (!digits && !field.precision.empty() && is_number) value = value.substr(0, precision);
  if (digits && has(' ')) value.insert(0, 1, ' ');
  const std::size_t width = number_of(field.width);
  if (value.size() >= width) return value;
  if (has('-')) return value + std::string(width - value.size(), ' ');
  return std::string(width - value.size(), digits && has('0') ? '0' : ' ') + value;
}

}  // namespace

LocalTime LocalTime::here(std::int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / nanoseconds_per_second;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return of_parts(parts, nanoseconds, {});
}

LocalTime LocalTime::utc(std::int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / nanoseconds_per_second;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return of_parts(parts, nanoseconds, "+00:00");
}

std::string LocalTime::text() const {
  const std::string fraction = microsecond == 0 ? std::string() : fmt::format(".{:06}", microsecond);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}{}", year, month, day, hour, minute, second, fraction,
                     offset);
}

std::string slug_of(std::string_view message, std::size_t limit) {
  std::u32string slug;
  bool in_word = false;
  for (std::size_t at = 0; at < message.size();) {
    const auto character = character_at(message, at);
    at += character ? character->second : 1;
    const bool word = character && is_word(character->first);
    if (word && !in_word && !slug.empty()) slug += U'_';
    if (word) slug += lower(character->first);
    in_word = word;
  }
  if (slug.size() > limit) {
    slug.resize(limit);
    if (const std::size_t cut = slug.rfind(U'_'); cut != std::u32string::npos) slug.resize(cut);
    slug += U'_';
  }
  std::string text;
  for (const char32_t code : slug) append_utf8(text, code);
  return text;
}

Result<std::string> file_name(std::string_view file_template, std::string_view revision, std::string_view slug,
                              const LocalTime& time) {
  const std::array<std::pair<std::string_view, std::string>, 9> values{{{"rev", std::string(revision)},
                                                                        {"slug", std::string(slug)},
                                                                        {"epoch", std::to_string(time.epoch)},
                                                                        {"year", std::to_string(time.year)},
                                                                        {"month", std::to_string(time.month)},
                                                                        {"day", std::to_string(time.day)},
                                                                        {"hour", std::to_string(time.hour)},
                                                                        {"minute", std::to_string(time.minute)},
                                                                        {"second", std::to_string(time.second)}}};
  std::string name;
  for (std::size_t at = 0; at < file_template.size();) {
    if (file_template[at] != '%') {
      name += file_template[at++];
    } else if (file_template.substr(at, 2) == "%%") {
      name += '%';
      at += 2;
    } else {
      const auto field = field_at(file_template, at);
      if (!field) return bad_template(file_template, "is no format of Python's");
      const auto* const value = std::ranges::find(values, field->name, [](const auto& v) { return v.first; });
      if (value == values.end()) return bad_template(file_template, fmt::format("names \"{}\"", field->name));
      const bool is_number = value - values.begin() > 1;
      const bool plain = field->flags.empty() && field->width.empty() && field->precision.empty();
      if (!is_number && (field->kind != 's' || !plain))
        return bad_template(file_template, "formats a text as a number");
      name += formatted(*field, value->second, is_number);
      at = field->end;
    }
  }
  if (name.find('/') != std::string::npos || name.empty()) {
    return bad_template(file_template, fmt::format("and the revision id give the name \"{}.py\"", name));
  }
  return name + ".py";
}

}  // namespace liftlock::migration::script
