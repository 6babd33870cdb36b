#include "migration/openwebui/json.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace liftlock::migration::openwebui {

namespace {

constexpr int max_depth = 990;                    // Python gives up at about 1,000 frames
constexpr std::size_t max_integer_digits = 4300;  // sys.get_int_max_str_digits()

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_high_surrogate(std::uint32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low_surrogate(std::uint32_t code) { return code >= 0xDC00 && code < 0xE000; }

/// Generalised UTF-8: surrogates are written like any other code point.
void append_code_point(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xE0 | code >> 12);
    } else {
      out += static_cast<char>(0xF0 | code >> 18);
      out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    }
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
  }
  out += static_cast<char>(0x80 | (code & 0x3F));
}

/// Whether one of eight bytes is a quote, a backslash or a control character.
bool has_special_byte(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = ones * 0x80;
  const std::uint64_t quote = bytes ^ (ones * '"');
  const std::uint64_t backslash = bytes ^ (ones * '\\');
  return (((bytes - ones * 0x20) & ~bytes) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & tops;
}

double to_double(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc::result_out_of_range) return number;
  return std::strtod(std::string(text).c_str(), nullptr);  // ±infinity or a denormal, as in Python
}

Json to_integer(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::int64_t number = 0;
  if (std::from_chars(begin, end, number).ec == std::errc()) return number;
  std::uint64_t positive = 0;
  if (text.front() != '-' && std::from_chars(begin, end, positive).ec == std::errc()) return positive;
  return Json::binary(std::vector<std::uint8_t>(text.begin(), text.end()));
}

/// Fills an object as Python fills a dict: the last value of a key, at the place of the first.
class ObjectBuilder {
 public:
  explicit ObjectBuilder(Json::object_t& object) : members_(object) {}

  /// A null value for `key`; valid until the next call.
  Json& at(std::string key) {
    if (const std::size_t known = find(key); known != members_.size()) return members_[known].second = nullptr;
    if (!places_.empty()) places_.emplace(key, members_.size());
    return members_.emplace_back(std::move(key), nullptr).second;
  }

 private:
  using Members = Json::object_t::Container;
  static constexpr std::size_t small = 24;

  std::size_t find(const std::string& key) {
    if (members_.size() > small) {
      if (places_.empty()) {
        for (std::size_t i = 0; i < members_.size(); ++i) places_.emplace(members_[i].first, i);
      }
      const auto found = places_.find(key);
      return found == places_.end() ? members_.size() : found->second;
    }
    std::size_t i = 0;
    while (i < members_.size() && members_[i].first != key) ++i;
    return i;
  }

  Members& members_;
  std::unordered_map<std::string, std::size_t> places_;  // empty while the object is small
};

/// Recursive descent over Python's grammar. Every function returns false where json.loads would raise; with a null
/// `out` it only checks.
class Parser {
 public:
  explicit Parser(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool document(Json* out) {
    skip_space();
    if (!value(out, 0)) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool word(std::string_view expected) {
    if (!std::string_view(at_, end_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  template <class T>
  bool literal(std::string_view expected, Json* out, T meaning) {
    if (!word(expected)) return false;
    if (out != nullptr) *out = meaning;
    return true;
  }

  bool value(Json* out, int depth) {
    if (at_ == end_) return false;
    switch (*at_) {
      case '{':
        return object(out, depth + 1);
      case '[':
        return array(out, depth + 1);
      case '"':
        return string_value(out);
      case 'n':
        return literal("null", out, nullptr);
      case 't':
        return literal("true", out, true);
      case 'f':
        return literal("false", out, false);
      case 'N':
        return literal("NaN", out, std::numeric_limits<double>::quiet_NaN());
      case 'I':
        return literal("Infinity", out, std::numeric_limits<double>::infinity());
      default:
        break;
    }
    return literal("-Infinity", out, -std::numeric_limits<double>::infinity()) || number(out);
  }

  bool object(Json* out, int depth) {
    if (depth > max_depth) return false;
    ++at_;
    if (out != nullptr) *out = Json::object();
    skip_space();
    if (take('}')) return true;
    std::optional<ObjectBuilder> builder;
    if (out != nullptr) builder.emplace(out->get_ref<Json::object_t&>());
    std::string key;
    while (true) {
      if (at_ == end_ || *at_ != '"' || !string(builder ? &key : nullptr)) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      if (!value(builder ? &builder->at(std::move(key)) : nullptr, depth)) return false;
      key.clear();
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  bool array(Json* out, int depth) {
    if (depth > max_depth) return false;
    ++at_;
    if (out != nullptr) *out = Json::array();
    skip_space();
    if (take(']')) return true;
    while (true) {
      if (!value(out == nullptr ? nullptr : &out->emplace_back(nullptr), depth)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  bool number(Json* out) {
    const char* const begin = at_;
    std::ignore = take('-');
    const char* const digits = at_;
    if (!take('0') && !skip_digits()) return false;
    const auto length = static_cast<std::size_t>(at_ - digits);
    const bool fraction = at_ + 1 < end_ && *at_ == '.' && is_digit(at_[1]);
    if (fraction) {
      ++at_;
      skip_digits();
    }
    if (!exponent() && !fraction) {
      if (length > max_integer_digits) return false;
      if (out != nullptr) *out = to_integer({begin, at_});
    } else if (out != nullptr) {
      *out = to_double({begin, at_});
    }
    return true;
  }

  bool skip_digits() {
    const char* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  }

  bool exponent() {
    const char* const begin = at_;
    if (take('e') || take('E')) {
      if (!take('+')) std::ignore = take('-');
      if (skip_digits()) return true;
    }
    at_ = begin;
    return false;
  }

  bool string_value(Json* out) {
    if (out == nullptr) return string(nullptr);
    *out = std::string();
    return string(&out->get_ref<std::string&>());
  }

  bool string(std::string* out) {
    ++at_;
    while (true) {
      const char* const begin = at_;
      skip_plain();
      if (out != nullptr) out->append(begin, at_);
      if (at_ == end_) return false;
      if (*at_ == '"') {
        ++at_;
        return true;
      }
      if (*at_ != '\\') return false;  // a control character
      ++at_;
      if (!escape(out)) return false;
    }
  }

  void skip_plain() {
    std::uint64_t bytes = 0;
    while (end_ - at_ >= static_cast<std::ptrdiff_t>(sizeof bytes)) {
      std::memcpy(&bytes, at_, sizeof bytes);
      if (has_special_byte(bytes)) break;
      at_ += sizeof bytes;
    }
    while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x20 && *at_ != '"' && *at_ != '\\') ++at_;
  }

  bool escape(std::string* out) {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c == 'u') return unicode_escape(out);
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t place = names.find(c);
    if (place == std::string_view::npos) return false;
    if (out != nullptr) *out += meanings[place];
    return true;
  }

  bool unicode_escape(std::string* out) {
    std::uint32_t code = 0;
    if (!four_digits(code)) return false;
    if (is_high_surrogate(code) && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
      const char* const second = at_;
      at_ += 2;
      std::uint32_t low = 0;
      if (!four_digits(low)) return false;
      if (is_low_surrogate(low)) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = second;
      }
    }
    if (out != nullptr) append_code_point(*out, code);
    return true;
  }

  bool four_digits(std::uint32_t& code) {
    if (end_ - at_ < 4) return false;
    const auto [stop, error] = std::from_chars(at_, at_ + 4, code, 16);
    if (error != std::errc() || stop != at_ + 4) return false;
    at_ = stop;
    return true;
  }

  const char* at_;
  const char* end_;
};

/// repr(float): the shortest digits that read back, positional from 1e-4 up to below 1e16.
void append_float(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::isinf(number)) {
    out += number < 0 ? "-Infinity" : "Infinity";
    return;
  }
  std::array<char, 64> buffer;
  const double size = std::fabs(number);
  const bool positional = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto format = positional ? std::chars_format::fixed : std::chars_format::scientific;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
  const std::string_view digits(buffer.data(), end);
  out += digits;
  if (positional && digits.find('.') == std::string_view::npos) out += ".0";
}

void append_escape(std::string& out, std::uint32_t unit) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex[unit >> shift & 0xF];
}

/// Takes one code point of generalised UTF-8 off the front of `text`; U+FFFD for a byte that begins none.
std::uint32_t next_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  std::uint32_t code = length < 2 ? first : first & (0xFFU >> (length + 1));
  bool whole = length != 0 && length <= text.size();
  for (std::size_t i = 1; whole && i < length; ++i) {
    whole = (byte(i) & 0xC0) == 0x80;
    code = code << 6 | (byte(i) & 0x3F);
  }
  if (whole && length == 3) whole = code >= 0x800;
  if (whole && length == 4) whole = code >= 0x10000 && code < 0x110000;
  text.remove_prefix(whole ? length : 1);
  return whole ? code : 0xFFFD;
}

void append_code_point_escaped(std::string& out, std::uint32_t code) {
  if (code >= 0x10000) {
    append_escape(out, 0xD800 + ((code - 0x10000) >> 10));
    append_escape(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    return;
  }
  constexpr std::string_view plain = "\"\\\b\f\n\r\t";
  constexpr std::string_view names = "\"\\bfnrt";
  if (const std::size_t place = code < 0x80 ? plain.find(static_cast<char>(code)) : std::string_view::npos;
      place != std::string_view::npos) {
    out += '\\';
    out += names[place];
  } else {
    append_escape(out, code);
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      out += c;
      text.remove_prefix(1);
    } else {
      append_code_point_escaped(out, next_code_point(text));
    }
  }
  out += '"';
}

void append(std::string& out, const Json& value);

void append_object(std::string& out, const Json& value) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
    if (!std::exchange(first, false)) out += ", ";
    append_string(out, key);
    out += ": ";
    append(out, member);
  }
  out += '}';
}

void append_array(std::string& out, const Json& value) {
  out += '[';
  bool first = true;
  for (const Json& item : value) {
    if (!std::exchange(first, false)) out += ", ";
    append(out, item);
  }
  out += ']';
}

void append(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      return append_object(out, value);
    case Json::value_t::array:
      return append_array(out, value);
    case Json::value_t::string:
      return append_string(out, value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case Json::value_t::number_integer:
      out += std::to_string(value.get<std::int64_t>());
      return;
    case Json::value_t::number_unsigned:
      out += std::to_string(value.get<std::uint64_t>());
      return;
    case Json::value_t::number_float:
      return append_float(out, value.get<double>());
    case Json::value_t::binary:
      out.append(value.get_binary().begin(), value.get_binary().end());
      return;
    case Json::value_t::null:
    case Json::value_t::discarded:
      out += "null";
      return;
  }
}

}  // namespace

std::optional<Json> load_json(std::string_view text) {
  Json value;
  if (!simdjson::validate_utf8(text.data(), text.size()) || !Parser(text).document(&value)) return std::nullopt;
  return value;
}

bool is_json(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size()) && Parser(text).document(nullptr);
}

std::string dump_json(const Json& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace liftlock::migration::openwebui
