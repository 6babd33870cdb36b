#include "migration/script/template.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <vector>

#include "migration/script/python_source.hpp"

namespace liftlock::migration::script {

namespace {

using Tokens = std::span<const PythonToken>;

std::unexpected<Error> unsupported(std::string what) { return failure("template-unsupported", {}, std::move(what)); }

/// Evaluates what stands between "${" and "}".
class Expression {
 public:
  Expression(Tokens tokens, const TemplateValues& values) : tokens_(tokens), values_(values) {}

  Result<std::string> evaluate() {
    PythonValue value = TRY(choice());
    std::vector<std::string_view> filters = TRY(filter_names());
    if (std::erase(filters, "n") == 0) filters.insert(filters.begin(), "str");
    for (const std::string_view filter : filters) value = TRY(filtered(value, filter));
    if (value.kind != PythonValue::Kind::text) return unsupported("the expression is no text");
    return value.texts.front();
  }

 private:
  [[nodiscard]] bool at(std::string_view symbol) const {
    return position_ < tokens_.size() && tokens_[position_].is(symbol);
  }
  bool take(std::string_view symbol) {
    const bool is_there = at(symbol);
    if (is_there) ++position_;
    return is_there;
  }
  Result<std::string_view> name() {
    if (position_ == tokens_.size() || tokens_[position_].kind != PythonToken::Kind::name) return too_much();
    return tokens_[position_++].source;
  }
  static std::unexpected<Error> too_much() { return unsupported("the expression is more than Liftlock can evaluate"); }

  Result<PythonValue> named(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return unsupported(fmt::format("Liftlock gives \"{}\" no value", name));
    return found->second;
  }

  static Result<PythonValue> defined(PythonValue value) {
    if (value.kind == PythonValue::Kind::undefined) return unsupported("the expression has no value here");
    return value;
  }

  /// A, or A if NAME else B.
  Result<PythonValue> choice() {
    const PythonValue first = TRY(operand());
    if (!take("if")) return first;
    const std::string_view condition = TRY(name());
    const PythonValue decides = TRY(named(condition));
    if (!take("else")) return too_much();
    const PythonValue second = TRY(operand());
    return decides.is_true() ? first : second;
  }

  Result<PythonValue> operand() {
    if (position_ < tokens_.size() && tokens_[position_].kind == PythonToken::Kind::text) {
      return PythonValue::text(TRY(python_text(tokens_[position_++].source)));
    }
    const std::string_view word = TRY(name());
    if (!at("(")) return named(word);
    if (word != "repr" && word != "str") return too_much();
    ++position_;
    const std::string_view of = TRY(name());
    const PythonValue any = TRY(named(of));
    const PythonValue value = TRY(defined(any));
    if (!take(")")) return too_much();
    return PythonValue::text(word == "repr" ? python_repr(value) : python_str(value));
  }

  Result<std::vector<std::string_view>> filter_names() {
    std::vector<std::string_view> names;
    if (take("|")) {
      do names.push_back(TRY(name()));
      while (take(","));
    }
    if (position_ < tokens_.size()) return too_much();
    return names;
  }

  static Result<PythonValue> filtered(const PythonValue& raw, std::string_view filter) {
    const PythonValue value = TRY(defined(raw));
    if (filter == "str") return PythonValue::text(python_str(value));
    if (filter == "comma") return PythonValue::text(fmt::format("{}", fmt::join(value.texts, ", ")));
    if (filter == "trim" && value.kind == PythonValue::Kind::text) {
      static constexpr std::string_view white = " \t\n\v\f\r";
      const std::string& text = value.texts.front();
      const std::size_t begin = std::min(text.find_first_not_of(white), text.size());
      return PythonValue::text(text.substr(begin, text.find_last_not_of(white) + 1 - begin));
    }
    return unsupported(fmt::format("Liftlock does not know the filter \"{}\"", filter));
  }

  Tokens tokens_;
  const TemplateValues& values_;
  std::size_t position_ = 0;
};

/// Goes through a template from its start.
class Renderer {
 public:
  Renderer(std::string_view text, const TemplateValues& values) : text_(text), values_(values) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  Result<std::string> render() {
    while (at_ < text_.size()) {
      const bool at_line_start = at_ == 0 || text_[at_ - 1] == '\n';
      if (at_line_start && TRY(take_special_line())) continue;
      TRY(take_piece());
    }
    return std::move(rendered_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> at_line(std::size_t place, const Error& error) const {
    const auto line = 1 + std::ranges::count(text_.substr(0, place), '\n');
    const std::size_t end = std::min(text_.find('\n', place), text_.size());
    return unsupported(fmt::format("line {}, \"{}\": {}", line, text_.substr(place, end - place), error.what));
  }
  [[nodiscard]] std::unexpected<Error> at_line(std::size_t place, std::string what) const {
    return at_line(place, unsupported(std::move(what)).error());
  }

  /// A comment of Mako's is taken; a control line is an error.
  Result<bool> take_special_line() {
    const std::size_t begin = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    if (text_.substr(begin, 1) == "%") return at_line(begin, "control lines are more of Mako than Liftlock renders");
    if (text_.substr(begin, 2) != "##") return false;
    const std::size_t end = text_.find('\n', begin);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    return true;
  }

  Result<void> take_piece() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("${")) return take_expression();
    if (rest.starts_with("<%") || rest.starts_with("</%")) {
      return at_line(at_, "blocks and tags are more of Mako than Liftlock renders");
    }
    if (rest.starts_with("\\\n") || rest.starts_with("\\\r\n")) {
      at_ += rest[1] == '\n' ? 2 : 3;
    } else {
      rendered_ += text_[at_++];
    }
    return {};
  }

  Result<void> take_expression() {
    const std::size_t begin = at_ + 2;
    std::size_t end = begin;
    for (char quote = 0; end < text_.size() && (quote != 0 || text_[end] != '}'); ++end) {
      const char c = text_[end];
      if (quote != 0 && c == '\\') ++end;
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      }
    }
    if (end >= text_.size()) return at_line(at_, "the expression does not end");
    // In brackets, as Mako has it: line ends and white space mean nothing.
    const std::string source = fmt::format("({})", text_.substr(begin, end - begin));
    PythonLines lines(source);
    PythonLine line;
    const Result<bool> read = lines.next(line);
    if (!read) return at_line(at_, read.error());
    PythonLine behind;
    if (!lines.next(behind).value_or(false)) {
      const Tokens tokens = Tokens(line.tokens).subspan(1, line.tokens.size() - 2);
      return take_value(Expression(tokens, values_).evaluate(), end);
    }
    return at_line(at_, "the expression is more than Liftlock can evaluate");
  }

  Result<void> take_value(const Result<std::string>& value, std::size_t end) {
    if (!value) return at_line(at_, value.error());
    rendered_ += *value;
    at_ = end + 1;
    return {};
  }

  std::string_view text_;
  const TemplateValues& values_;
  std::size_t at_ = 0;
  std::string rendered_;
};

}  // namespace

std::string_view default_template() {
  return R"mako("""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

# revision identifiers, used by Alembic.
revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade() -> None:
    """Upgrade schema."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Downgrade schema."""
    ${downgrades if downgrades else "pass"}
)mako";
}

Result<std::string> render_template(std::string_view text, const TemplateValues& values) {
  return Renderer(text, values).render();
}

}  // namespace liftlock::migration::script
