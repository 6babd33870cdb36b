#include "migration/openwebui/peewee/modelfile.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace liftlock::migration::openwebui {

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r\x1c\x1d\x1e\x1f";

bool is_blank(char c) { return blanks.find(c) != std::string_view::npos; }
/// Letters beyond ASCII count as letters; so does every other character beyond it.
bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lowered, lowered);
}

/// The text after the next `word`, in any case; nullopt where it does not come again.
std::optional<std::string_view> after_next(std::string_view text, std::string_view word) {
  const auto found = std::ranges::search(text, word, {}, lowered, lowered);
  if (found.empty()) return std::nullopt;
  return text.substr(static_cast<std::size_t>(found.end() - text.begin()));
}

std::string_view take_while(std::string_view text, bool (*wanted)(char)) {
  return text.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(text, wanted) - text.begin()));
}

std::string_view rest_of_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::optional<std::string> base_model(std::string_view text) {
  for (std::size_t line = 0; line < text.size();) {
    const std::string_view rest = text.substr(line);
    if (same_but_for_case(rest.substr(0, 4), "from")) {
      const std::string_view gap = take_while(rest.substr(4), is_blank);
      const std::string_view name = take_while(rest.substr(4 + gap.size()), is_word);
      if (!gap.empty() && !name.empty()) return std::string(name);
    }
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    line += end + 1;
  }
  return std::nullopt;
}

/// What stands between three double quotes after `word`.
std::optional<std::string> quoted_block(std::string_view text, std::string_view word) {
  constexpr std::string_view quotes = R"(""")";
  while (const auto rest = after_next(text, word)) {
    text = *rest;
    const std::string_view gap = take_while(text, is_blank);
    std::string_view block = text.substr(gap.size());
    if (gap.empty() || !block.starts_with(quotes)) continue;
    block.remove_prefix(quotes.size());
    const std::size_t end = block.find(quotes, 1);
    if (end != std::string_view::npos) return std::string(stripped(block.substr(0, end)));
  }
  return std::nullopt;
}

/// What follows `word` on its line, or on the next line that has something.
std::optional<std::string> rest_after(std::string_view text, std::string_view word) {
  while (const auto rest = after_next(text, word)) {
    text = *rest;
    for (std::size_t gap = take_while(text, is_blank).size(); gap > 0; --gap) {
      const std::string_view value = rest_of_line(text.substr(gap));
      if (!value.empty()) return std::string(stripped(value));
    }
  }
  return std::nullopt;
}

/// The rest of the line after `word`, as it is.
std::optional<std::string_view> line_after(std::string_view text, std::string_view word) {
  while (const auto rest = after_next(text, word)) {
    if (const std::string_view value = rest_of_line(*rest); !value.empty()) return value;
    text = *rest;
  }
  return std::nullopt;
}

Json stops(std::string_view text) {
  Json found = Json::array();
  while (const auto rest = after_next(text, "PARAMETER stop \"")) {
    text = *rest;
    const std::string_view line = rest_of_line(text);
    const std::size_t end = line.find('"');
    if (end == std::string_view::npos) continue;
    found.push_back(std::string(line.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return found;
}

Json messages(std::string_view text) {
  Json found = Json::array();
  while (const auto rest = after_next(text, "MESSAGE ")) {
    text = *rest;
    const std::string_view role = take_while(text, is_word);
    if (role.empty() || !text.substr(role.size()).starts_with(' ')) continue;
    const std::string_view content = rest_of_line(text.substr(role.size() + 1));
    if (content.empty()) continue;
    found.push_back({{"role", std::string(role)}, {"content", std::string(content)}});
    text.remove_prefix(role.size() + 1 + content.size());
  }
  return found;
}

/// Digits without the underscores that Python allows between two of them; nullopt where one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view number) {
  std::string digits;
  const auto is_digit = [&](std::size_t i) { return i < number.size() && number[i] >= '0' && number[i] <= '9'; };
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (number[i] != '_')
      digits += number[i];
    else if (i == 0 || !is_digit(i - 1) || !is_digit(i + 1))
      return std::nullopt;
  }
  return digits;
}

/// Python's int(text); nullopt where it raises.
std::optional<Json> python_int(std::string_view value) {
  auto digits = without_underscores(stripped(value));
  if (!digits) return std::nullopt;
  if (digits->starts_with('+')) digits->erase(0, 1);
  const std::size_t sign = digits->starts_with('-') ? 1 : 0;
  if (digits->size() == sign || digits->find_first_not_of("0123456789", sign) != std::string::npos) return std::nullopt;
  digits->erase(sign, std::min(digits->find_first_not_of('0', sign), digits->size() - 1) - sign);
  if (*digits == "-0") *digits = "0";
  return load_json(*digits);
}

/// Python's float(text); nullopt where it raises.
std::optional<Json> python_float(std::string_view value) {
  auto digits = without_underscores(stripped(value));
  if (!digits) return std::nullopt;
  std::string_view number = *digits;
  const bool negative = number.starts_with('-');
  if (negative || number.starts_with('+')) number.remove_prefix(1);
  if (number.empty() || number.front() == '-' || number.front() == '+') return std::nullopt;
  for (const std::string_view name : {"inf", "infinity"}) {
    if (same_but_for_case(number, name)) return Json(negative ? -HUGE_VAL : HUGE_VAL);
  }
  if (same_but_for_case(number, "nan")) return Json(std::numeric_limits<double>::quiet_NaN());
  if (number.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double result = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), result);
  if (end != number.data() + number.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) result = std::strtod(std::string(number).c_str(), nullptr);
  return Json(negative ? -result : result);
}

std::optional<Json> python_bool(std::string_view value) { return Json(same_but_for_case(value, "true")); }

struct Parameter {
  std::string_view name;
  std::optional<Json> (*read)(std::string_view);
};

constexpr Parameter parameters[] = {
    {"mirostat", python_int},
    {"mirostat_eta", python_float},
    {"mirostat_tau", python_float},
    {"num_ctx", python_int},
    {"repeat_last_n", python_int},
    {"repeat_penalty", python_float},
    {"temperature", python_float},
    {"seed", python_int},
    {"tfs_z", python_float},
    {"num_predict", python_int},
    {"top_k", python_int},
    {"top_p", python_float},
    {"num_keep", python_int},
    {"typical_p", python_float},
    {"presence_penalty", python_float},
    {"frequency_penalty", python_float},
    {"penalize_newline", python_bool},
    {"numa", python_bool},
    {"num_batch", python_int},
    {"num_gpu", python_int},
    {"main_gpu", python_int},
    {"low_vram", python_bool},
    {"f16_kv", python_bool},
    {"vocab_only", python_bool},
    {"use_mmap", python_bool},
    {"use_mlock", python_bool},
    {"num_thread", python_int},
};

}  // namespace

Modelfile parse_modelfile(std::string_view text) {
  Modelfile result;
  Json& params = result.params;
  result.base_model_id = base_model(text);
  if (auto block = quoted_block(text, "TEMPLATE")) params["template"] = std::move(*block);
  if (Json found = stops(text); !found.empty()) params["stop"] = std::move(found);
  for (const Parameter& parameter : parameters) {
    const auto value = line_after(text, "PARAMETER " + std::string(parameter.name) + ' ');
    auto read = value ? parameter.read(*value) : std::nullopt;
    if (read) params[std::string(parameter.name)] = std::move(*read);
  }
  if (const auto adapter = line_after(text, "ADAPTER ")) params["adapter"] = std::string(*adapter);
  auto system = quoted_block(text, "SYSTEM");
  if (!system) system = rest_after(text, "SYSTEM");
  if (system) params["system"] = std::move(*system);
  if (Json found = messages(text); !found.empty()) params["messages"] = std::move(found);
  return result;
}

}  // namespace liftlock::migration::openwebui
