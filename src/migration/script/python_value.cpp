#include "migration/script/python_value.hpp"

#include <fmt/core.h>

namespace liftlock::migration::script {

namespace {

std::string repr_of(std::string_view text) {
  const char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string repr(1, quote);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (text[i] == quote || c == '\\') {
      repr += fmt::format("\\{}", text[i]);
    } else if (c == '\n' || c == '\r' || c == '\t') {
      repr += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      repr += fmt::format("\\x{:02x}", c);
    } else if (c == 0xC2 && (next <= 0xA0 || next == 0xAD)) {
      repr += fmt::format("\\x{:02x}", next);  // control characters and spaces of Latin-1
      ++i;
    } else {
      repr += text[i];
    }
  }
  return repr + quote;
}

}  // namespace

PythonValue PythonValue::scalar_of(std::vector<std::string> texts, Kind several) {
  if (texts.empty()) return none();
  const Kind kind = texts.size() == 1 ? Kind::text : several;
  return {kind, std::move(texts)};
}

bool PythonValue::is_true() const {
  switch (kind) {
    case Kind::undefined:
    case Kind::none:
      return false;
    case Kind::text:
      return !texts.front().empty();
    case Kind::tuple:
    case Kind::list:
      break;
  }
  return !texts.empty();
}

std::string python_repr(const PythonValue& value) {
  if (value.kind == PythonValue::Kind::none) return "None";
  if (value.kind == PythonValue::Kind::text) return repr_of(value.texts.front());
  const bool tuple = value.kind == PythonValue::Kind::tuple;
  std::string repr(1, tuple ? '(' : '[');
  for (const std::string& text : value.texts) repr += fmt::format("{}{}", repr.size() == 1 ? "" : ", ", repr_of(text));
  if (tuple && value.texts.size() == 1) repr += ",";
  return repr + (tuple ? ")" : "]");
}

std::string python_str(const PythonValue& value) {
  return value.kind == PythonValue::Kind::text ? value.texts.front() : python_repr(value);
}

}  // namespace liftlock::migration::script
