#include "migration/script/read_script.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "migration/script/python_source.hpp"

namespace liftlock::migration::script {

namespace {

using Tokens = std::span<const PythonToken>;

constexpr std::array<std::string_view, 5> names{"revision", "down_revision", "branch_labels", "depends_on", "__doc__"};

std::unexpected<Error> unreadable(std::string_view path, int line, std::string_view what) {
  return failure("script-unreadable", fmt::format("Reading {}", path), fmt::format("line {}: {}", line, what));
}

/// A comparison of most tokens with most words ends at the first letter.
bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && a.front() == b.front() && a == b; }

template <typename... Words>
bool is_one_of(const PythonToken& token, const Words&... words) {
  return token.kind != PythonToken::Kind::text && (same(token.source, words) || ...);
}

bool is_ours(const PythonToken& token) {
  return token.kind == PythonToken::Kind::name &&
         std::ranges::any_of(names, [&](std::string_view name) { return same(token.source, name); });
}

/// A text that can be a docstring: neither bytes nor an f-string.
bool is_plain_text(const PythonToken& token) {
  return token.kind == PythonToken::Kind::text &&
         token.source.find_first_of("bBfF") > token.source.find_first_of("'\"");
}

/// A value that could be read: one text, several, or None.
struct Value {
  enum class Kind { none, text, list } kind = Kind::none;
  std::vector<std::string> texts;
};

/// Reads an expression made of literals.
class Expression {
 public:
  explicit Expression(Tokens tokens) : tokens_(tokens) {}

  /// The whole of the tokens. Error: `what` says why not.
  Result<Value> read() {
    Value value = TRY(element());
    if (at(",")) value = TRY(list_from(std::move(value), {}));
    if (position_ < tokens_.size()) return not_literal();
    return value;
  }

 private:
  [[nodiscard]] bool at(std::string_view symbol) const {
    return position_ < tokens_.size() && tokens_[position_].is(symbol);
  }
  static std::unexpected<Error> not_literal() {
    return failure("script-unreadable", {},
                   "is not a literal: only texts, None, and tuples or lists of texts can be read");
  }

  Result<Value> element() {
    if (position_ == tokens_.size() || depth_ > 50) return not_literal();
    if (tokens_[position_].kind == PythonToken::Kind::text) return texts();
    if (at("None")) {
      ++position_;
      return Value{};
    }
    if (at("(") || at("[")) return bracketed();
    return not_literal();
  }

  Result<Value> texts() {
    Value value{Value::Kind::text, {std::string()}};
    for (; position_ < tokens_.size() && tokens_[position_].kind == PythonToken::Kind::text; ++position_) {
      value.texts.front() += TRY(python_text(tokens_[position_].source));
    }
    return value;
  }

  Result<Value> bracketed() {
    const bool tuple = at("(");
    const std::string_view closing = tuple ? ")" : "]";
    ++position_;
    ++depth_;
    Value value{Value::Kind::list, {}};
    if (!at(closing)) {
      Value first = TRY(element());
      value = !tuple || at(",") ? TRY(list_from(std::move(first), closing)) : std::move(first);
    }
    --depth_;
    if (!at(closing)) return not_literal();
    ++position_;
    return value;
  }

  /// The elements behind the first one, up to `closing` or the end.
  Result<Value> list_from(Value first, std::string_view closing) {
    Value list{Value::Kind::list, {}};
    TRY(append(list, std::move(first)));
    while (at(",")) {
      ++position_;
      if (position_ == tokens_.size() || (!closing.empty() && at(closing))) break;
      Value next = TRY(element());
      TRY(append(list, std::move(next)));
    }
    return list;
  }

  static Result<void> append(Value& list, Value element) {
    if (element.kind != Value::Kind::text) return not_literal();
    list.texts.push_back(std::move(element.texts.front()));
    return {};
  }

  Tokens tokens_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

/// The tokens behind the first "=" outside brackets; nullopt where there is none.
std::optional<std::size_t> assignment_in(Tokens tokens, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from; i < tokens.size(); ++i) {
    if (tokens[i].kind != PythonToken::Kind::symbol || tokens[i].source.size() != 1) continue;
    const char symbol = tokens[i].source.front();
    if (symbol == '(' || symbol == '[' || symbol == '{') ++depth;
    if (symbol == ')' || symbol == ']' || symbol == '}') --depth;
    if (depth == 0 && symbol == '=') return i;
  }
  return std::nullopt;
}

/// Collects what the statements of a module say.
class Module {
 public:
  Module(std::string_view path, std::string_view text) : path_(path), lines_(text) {}

  Result<Script> read() {
    PythonLine line;
    for (bool first = true;; first = false) {
      const Result<bool> more = inside_ ? lines_.next(line, *inside_) : lines_.next(line);
      if (!more) return unreadable(path_, lines_.line(), more.error().what);
      if (!*more) break;
      const std::size_t behind = first ? TRY(read_docstring(line.tokens)) : 0;
      TRY(read_line(line, Tokens(line.tokens).subspan(behind)));
    }
    return finish();
  }

 private:
  /// The tokens that the module's docstring takes; 0 where the first line is none.
  Result<std::size_t> read_docstring(Tokens tokens) {
    const std::size_t end = static_cast<std::size_t>(
        std::ranges::find_if(tokens, [](const PythonToken& t) { return t.is(";"); }) - tokens.begin());
    if (tokens.front().kind != PythonToken::Kind::text && !tokens.front().is("(")) return 0;
    const Result<Value> value = Expression(tokens.first(end)).read();
    const bool plain = std::ranges::all_of(tokens.first(end), is_plain_text);
    if (value && value->kind == Value::Kind::text) values_[4] = *value;
    if (!value && plain) return unreadable(path_, tokens.front().line, value.error().what);
    return end;
  }

  Result<void> read_line(const PythonLine& line, Tokens tokens) {
    if (tokens.empty()) return {};
    inside_.reset();
    if (is_one_of(tokens.front(), "def", "class", "async")) {
      if (tokens.size() > 1 && is_ours(tokens[1])) return bad(tokens[1], "is a function or class");
      inside_ = line.indent;
      return {};
    }
    if (line.indent > 0 || is_one_of(tokens.front(), "if", "elif", "else", "try", "except", "finally", "for", "while",
                                     "with", "match", "case")) {
      return refuse_bindings(tokens);
    }
    for (std::size_t begin = 0, end = 0; begin < tokens.size(); begin = end + 1) {
      end = begin;
      while (end < tokens.size() && !tokens[end].is(";")) ++end;
      TRY(read_statement(tokens.subspan(begin, end - begin)));
    }
    return {};
  }

  /// In a block that may or may not run, a value cannot be known.
  Result<void> refuse_bindings(Tokens tokens) const {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool binds = i + 1 < tokens.size() && is_one_of(tokens[i + 1], "=", ":=", "+=");
      const bool keyword = i > 0 && is_one_of(tokens[i - 1], "(", ",", ".");
      const bool annotated = i == 0 && tokens.size() > 1 && tokens[1].is(":") && assignment_in(tokens, 1);
      if (is_ours(tokens[i]) && ((binds && !keyword) || annotated)) {
        return bad(tokens[i], "is given a value in a block that may not run");
      }
    }
    return {};
  }

  Result<void> read_statement(Tokens tokens) {
    if (tokens.empty()) return {};
    if (is_one_of(tokens.front(), "import", "from", "del", "global")) return refuse_names(tokens);
    if (tokens.size() > 1 && is_ours(tokens[0]) && is_one_of(tokens[1], "+=", "-=", "*=", "|=")) {
      return bad(tokens[0], "is changed after it was given a value");
    }
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      if (is_ours(tokens[i]) && tokens[i + 1].is(":=")) return bad(tokens[i], "is given a value inside an expression");
    }
    std::size_t targets_from = 0;
    std::optional<std::size_t> assignment = assignment_in(tokens, 0);
    std::vector<std::size_t> bound;
    while (assignment) {
      const Tokens target = tokens.subspan(targets_from, *assignment - targets_from);
      TRY(add_target(target, bound));
      targets_from = *assignment + 1;
      assignment = assignment_in(tokens, targets_from);
    }
    if (bound.empty()) return {};
    const Tokens expression = tokens.subspan(targets_from);
    const Result<Value> value = Expression(expression).read();
    for (const std::size_t index : bound) {
      if (!value) return bad_value(expression.empty() ? tokens.front() : expression.front(), index, value.error().what);
      values_[index] = *value;
    }
    return {};
  }

  /// `name`, or `name: annotation`; other targets are nothing to us, unless one of our names stands among them.
  Result<void> add_target(Tokens target, std::vector<std::size_t>& bound) const {
    if (target.empty()) return {};
    const bool plain = target.size() == 1 || target[1].is(":");
    if (plain && is_ours(target[0])) {
      bound.push_back(static_cast<std::size_t>(std::ranges::find(names, target[0].source) - names.begin()));
      return {};
    }
    if (plain || std::ranges::any_of(target, [](const PythonToken& t) { return is_one_of(t, ".", "["); })) return {};
    return refuse_names(target);
  }

  Result<void> refuse_names(Tokens tokens) const {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!is_ours(tokens[i])) continue;
      const bool path = (i > 0 && is_one_of(tokens[i - 1], ".", "from")) ||
                        (i + 1 < tokens.size() && is_one_of(tokens[i + 1], ".", "as", "import"));
      if (!path) return bad(tokens[i], "is not given a literal value");
    }
    return {};
  }

  [[nodiscard]] std::unexpected<Error> bad(const PythonToken& token, std::string_view what) const {
    return unreadable(path_, token.line, fmt::format("{} {}", token.source, what));
  }
  [[nodiscard]] std::unexpected<Error> bad_value(const PythonToken& token, std::size_t index,
                                                 std::string_view what) const {
    return unreadable(path_, token.line, fmt::format("the value of {}: {}", names[index], what));
  }

  Result<Script> finish();
  [[nodiscard]] Result<std::string> revision_id() const;

  std::string_view path_;
  PythonLines lines_;
  std::optional<std::size_t> inside_;  ///< indentation of the function or class that we are in
  std::array<std::optional<Value>, names.size()> values_;
};

/// White space as Python's str.strip knows it, the ASCII part of it.
std::string_view stripped(std::string_view text) {
  static constexpr std::string_view white = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
  const std::size_t begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

std::string_view create_date_in(std::string_view longdoc) {
  static constexpr std::string_view label = "Create Date:";
  const std::size_t found = longdoc.find(label);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = longdoc.substr(found + label.size());
  return stripped(rest.substr(0, rest.find('\n')));
}

/// Ids of Alembic 0.1 stood in the file's name alone.
bool is_legacy_name(std::string_view file) {
  return file.size() > 3 && file.ends_with(".py") &&
         file.substr(0, file.size() - 3).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::string> Module::revision_id() const {
  if (values_[0]) {
    if (values_[0]->kind != Value::Kind::text) return unreadable(path_, 1, "revision is not one text");
    return values_[0]->texts.front();
  }
  const std::string_view file = path_.substr(path_.find_last_of('/') + 1);
  if (is_legacy_name(file)) return std::string(file.substr(0, file.size() - 3));
  return failure("script-unreadable", fmt::format("Reading {}", path_),
                 fmt::format("Could not determine revision id from filename {}. Be sure the 'revision' variable is "
                             "declared inside the script (please see 'Upgrading from Alembic 0.1 to 0.2' in the "
                             "documentation).",
                             file));
}

Result<Script> Module::finish() {
  Script script;
  script.revision = TRY(revision_id());
  if (!values_[1]) return unreadable(path_, lines_.line(), "the module has no down_revision");
  const auto texts = [&](std::size_t index) {
    return values_[index] ? std::move(values_[index]->texts) : std::vector<std::string>();
  };
  script.down_revisions = texts(1);
  script.branch_labels = texts(2);
  script.depends_on = texts(3);
  if (values_[4] && values_[4]->kind == Value::Kind::text) script.longdoc = stripped(values_[4]->texts.front());
  script.create_date = create_date_in(script.longdoc);
  script.path = path_;
  return script;
}

/// Whether the next eight bytes are there, and ASCII.
bool eight_of_ascii(std::string_view text, std::size_t at) {
  std::uint64_t bytes = 0;
  if (text.size() - at < sizeof(bytes)) return false;
  std::memcpy(&bytes, text.data() + at, sizeof(bytes));
  return (bytes & 0x8080808080808080U) == 0;
}

/// The line of the first byte that is not UTF-8; 0 where all are.
int line_that_is_not_utf8(std::string_view text) {
  const auto line_at = [&](std::size_t at) {
    return 1 + static_cast<int>(std::ranges::count(text.substr(0, at), '\n'));
  };
  for (std::size_t at = 0; at < text.size();) {
    if (eight_of_ascii(text, at)) {
      at += sizeof(std::uint64_t);
      continue;
    }
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = c < 0x80                ? 1
                               : c >= 0xC2 && c < 0xE0 ? 2
                               : c >= 0xE0 && c < 0xF0 ? 3
                               : c >= 0xF0 && c < 0xF5 ? 4
                                                       : 0;
    if (length == 0 || at + length > text.size()) return line_at(at);
    for (std::size_t i = 1; i < length; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return line_at(at);
    }
    at += length;
  }
  return 0;
}

}  // namespace

Result<Script> read_script(std::string_view path, std::string_view text) {
  if (const int line = line_that_is_not_utf8(text); line != 0) return unreadable(path, line, "the text is not UTF-8");
  return Module(path, text).read();
}

}  // namespace liftlock::migration::script
