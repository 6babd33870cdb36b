#include "migration/script/python_source.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "migration/script/utf8.hpp"

namespace liftlock::migration::script {

namespace {

std::unexpected<Error> unreadable(std::string what) { return failure("script-unreadable", {}, std::move(what)); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Bytes beyond ASCII count as letters: Python allows them in names.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool is_quote(char c) { return c == '\'' || c == '"'; }

/// Letters that may stand before a quote, in either case and any order.
bool is_prefix(std::string_view word) {
  return word.size() <= 2 && word.find_first_not_of("rRbBuUfF") == std::string_view::npos;
}

/// Reads the escapes of a literal that is not raw.
class Escapes {
 public:
  explicit Escapes(std::string_view body) : body_(body) {}

  Result<std::string> read() {
    std::string text;
    text.reserve(body_.size());
    while (at_ < body_.size()) {
      const std::size_t next = std::min(body_.find('\\', at_), body_.size());
      text += body_.substr(at_, next - at_);
      at_ = next + 1;
      if (at_ < body_.size()) {
        TRY(escape(text));
      } else if (next < body_.size()) {
        text += '\\';
      }
    }
    return text;
  }

 private:
  Result<void> escape(std::string& text) {
    static constexpr std::string_view letters = "\\'\"abfnrtv";
    static constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
    const char c = body_[at_++];
    if (const std::size_t known = letters.find(c); known != std::string_view::npos) {
      text += meanings[known];
    } else if (c >= '0' && c <= '7') {
      octal(text, c);
    } else if (c == 'x' || c == 'u' || c == 'U') {
      return hexadecimal(text, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    } else if (c == 'N') {
      return unreadable("a character that is named (\\N) cannot be read");
    } else if (c != '\n') {
      text += '\\';  // not an escape: Python keeps both
      text += c;
    }
    return {};
  }

  void octal(std::string& text, char first) {
    auto code = static_cast<std::uint32_t>(first - '0');
    for (int more = 0; more < 2 && at_ < body_.size() && body_[at_] >= '0' && body_[at_] <= '7'; ++more) {
      code = code * 8 + static_cast<std::uint32_t>(body_[at_++] - '0');
    }
    append_utf8(text, code);
  }

  Result<void> hexadecimal(std::string& text, std::size_t digits) {
    std::uint32_t code = 0;
    const std::string_view number = body_.substr(at_, digits);
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), code, 16);
    if (number.size() < digits || error != std::errc() || stop != number.data() + digits || code > 0x10FFFF) {
      return unreadable("an escape in a text is broken");
    }
    at_ += digits;
    append_utf8(text, code);
    return {};
  }

  std::string_view body_;
  std::size_t at_ = 0;
};

/// Python reads \r\n and \r as \n.
std::string with_plain_line_ends(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      plain += text[i];
    } else {
      plain += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    }
  }
  return plain;
}

char opening_of(char closing) { return closing == ')' ? '(' : closing == ']' ? '[' : '{'; }

}  // namespace

PythonLines::PythonLines(std::string_view module) : module_(module) {
  if (module_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

std::size_t PythonLines::read_indent() {
  std::size_t columns = 0;
  for (; at_ < module_.size(); ++at_) {
    const char c = module_[at_];
    if (c == ' ') {
      ++columns;
    } else if (c == '\t') {
      columns = (columns / 8 + 1) * 8;
    } else if (c == '\f') {
      columns = 0;
    } else {
      break;
    }
  }
  return columns;
}

void PythonLines::skip_comment() { at_ = std::min(module_.find_first_of("\r\n", at_), module_.size()); }

/// Takes a backslash and the end of its line.
bool PythonLines::join_line() {
  std::size_t end = at_ + 1;
  if (end < module_.size() && module_[end] == '\r') ++end;
  if (end < module_.size() && module_[end] == '\n') ++end;
  if (end == at_ + 1) return false;
  at_ = end;
  ++line_;
  return true;
}

Result<void> PythonLines::track_bracket(char bracket) {
  if (bracket == '(' || bracket == '[' || bracket == '{') {
    brackets_.push_back(bracket);
  } else if (bracket == ')' || bracket == ']' || bracket == '}') {
    if (brackets_.empty() || brackets_.back() != opening_of(bracket)) {
      return unreadable(fmt::format("'{}' closes nothing", bracket));
    }
    brackets_.pop_back();
  }
  return {};
}

/// Takes a text from its quote on.
Result<void> PythonLines::read_text() {
  const int first_line = line_;
  const char quote = module_[at_];
  const auto three = [&] {
    return module_.size() - at_ >= 3 && module_[at_ + 1] == quote && module_[at_ + 2] == quote;
  };
  const bool triple = three();
  at_ += triple ? 3 : 1;
  while (at_ < module_.size()) {
    const char c = module_[at_];
    if (c == '\\') {
      // "\" and "\r\n" are taken together, so that the quote or line end behind the backslash means nothing.
      if (!join_line()) at_ += 2;
    } else if (c == quote && (!triple || three())) {
      at_ += triple ? 3 : 1;
      return {};
    } else if (c == '\n' || c == '\r') {
      if (!triple) break;
      if (c == '\n' || module_.substr(at_, 2) != "\r\n") ++line_;
      ++at_;
    } else {
      ++at_;
    }
  }
  line_ = first_line;
  return unreadable("a text does not end");
}

void PythonLines::end_line() {
  at_ += module_.substr(at_, 2) == "\r\n" ? 2 : 1;
  ++line_;
}

/// Takes the rest of a logical line: only what ends it, and what hides its end, means something.
Result<void> PythonLines::skip_line() {
  static constexpr auto means_something = [] {
    std::array<bool, 256> table{};
    for (const char c : {'\n', '\r', '#', '\\', '\'', '"', '(', ')', '[', ']', '{', '}'}) {
      table[static_cast<unsigned char>(c)] = true;
    }
    return table;
  }();
  while (at_ < module_.size()) {
    const char c = module_[at_];
    if (!means_something[static_cast<unsigned char>(c)]) {
      ++at_;
    } else if (c == '\n' || c == '\r') {
      end_line();
      if (brackets_.empty()) break;
    } else if (c == '#') {
      skip_comment();
    } else if (c == '\\') {
      if (!join_line()) return unreadable("a backslash stands in the middle of a line");
    } else if (is_quote(c)) {
      TRY(read_text());
    } else {
      TRY(track_bracket(c));
      ++at_;
    }
  }
  return {};
}

/// Takes what stands at at_, one token or what is between tokens, which is not blank; false at the end of the logical
/// line.
Result<bool> PythonLines::read_token(PythonLine& line) {
  using Kind = PythonToken::Kind;
  const std::size_t begin = at_;
  const int first_line = line_;
  const char c = module_[at_];
  const auto take_text = [&]() -> Result<void> {
    TRY(read_text());
    line.tokens.push_back({Kind::text, module_.substr(begin, at_ - begin), first_line});
    return {};
  };
  if (c == '\n' || c == '\r') {
    end_line();
    return !brackets_.empty();
  }
  if (c == '#') {
    skip_comment();
  } else if (c == '\\') {
    if (!join_line()) return unreadable("a backslash stands in the middle of a line");
  } else if (is_letter(c) || is_digit(c)) {
    while (at_ < module_.size() && (is_letter(module_[at_]) || is_digit(module_[at_]))) ++at_;
    const std::string_view word = module_.substr(begin, at_ - begin);
    if (at_ < module_.size() && is_quote(module_[at_]) && is_prefix(word)) {
      TRY(take_text());
    } else {
      line.tokens.push_back({is_digit(c) ? Kind::number : Kind::name, word, line_});
    }
  } else if (is_quote(c)) {
    TRY(take_text());
  } else {
    TRY(track_bracket(c));
    const bool pair =
        module_.substr(at_ + 1, 1) == "=" && std::string_view("=!<>+-*/%&|^@:").find(c) != std::string_view::npos;
    at_ += pair ? 2 : 1;
    line.tokens.push_back({Kind::symbol, module_.substr(begin, at_ - begin), line_});
  }
  return true;
}

Result<bool> PythonLines::next(PythonLine& line) { return next(line, static_cast<std::size_t>(-1)); }

Result<bool> PythonLines::next(PythonLine& line, std::size_t deepest) {
  constexpr std::size_t usual_tokens = 64;
  line.tokens.clear();
  line.tokens.reserve(usual_tokens);
  while (at_ < module_.size() && line.tokens.empty()) {
    line.indent = read_indent();
    const bool blank = at_ < module_.size() && (module_[at_] == '\n' || module_[at_] == '\r' || module_[at_] == '#');
    if (line.indent > deepest && !blank) {
      TRY(skip_line());
      continue;
    }
    while (true) {
      while (at_ < module_.size() && is_blank(module_[at_])) ++at_;
      if (at_ == module_.size() || !TRY(read_token(line))) break;
    }
  }
  if (!brackets_.empty()) return unreadable(fmt::format("'{}' is not closed", brackets_.back()));
  return !line.tokens.empty();
}

Result<std::string> python_text(std::string_view literal) {
  const std::size_t open = literal.find_first_of("'\"");
  if (open == std::string_view::npos) return unreadable("this is no text");
  const std::string_view prefix = literal.substr(0, open);
  if (prefix.find_first_of("bB") != std::string_view::npos) return unreadable("bytes stand where a text is needed");
  if (prefix.find_first_of("fF") != std::string_view::npos) return unreadable("an f-string cannot be read");
  std::string_view body = literal.substr(open);
  const bool triple = body.size() >= 6 && body[1] == body[0] && body[2] == body[0];
  const std::size_t quotes = triple ? 3 : 1;
  if (body.size() < 2 * quotes) return unreadable("a text does not end");
  body = body.substr(quotes, body.size() - 2 * quotes);
  const bool raw = prefix.find_first_of("rR") != std::string_view::npos;
  if (body.find('\r') != std::string_view::npos) {
    const std::string plain = with_plain_line_ends(body);
    return raw ? Result<std::string>(plain) : Escapes(plain).read();
  }
  return raw ? Result<std::string>(std::string(body)) : Escapes(body).read();
}

}  // namespace liftlock::migration::script
