#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// As much of Python's lexical structure as it takes to find the statements of a module and read its literals.
namespace liftlock::migration::script {

struct PythonToken {
  enum class Kind { name, text, number, symbol };
  Kind kind;
  std::string_view source;  ///< as written; a view into the module
  int line;                 ///< the first is 1
  [[nodiscard]] bool is(std::string_view words) const { return kind != Kind::text && source == words; }
};

/// One logical line: joined over brackets and backslashes, without comments. Statements joined by ";" are one line.
struct PythonLine {
  std::size_t indent = 0;  ///< columns of white space before it, a tab to the next multiple of 8
  std::vector<PythonToken> tokens;
};

/// Gives out the logical lines of a module that are not empty. The text must outlive the tokens.
class PythonLines {
 public:
  explicit PythonLines(std::string_view module);

  /// False at the end. Error: text or brackets that do not end; `what` says so, line() says where.
  [[nodiscard]] Result<bool> next(PythonLine& line);
  /// The same without the lines that come first and are indented deeper than this: they must be whole all the same.
  [[nodiscard]] Result<bool> next(PythonLine& line, std::size_t deepest);
  [[nodiscard]] int line() const { return line_; }

 private:
  std::size_t read_indent();
  void skip_comment();
  [[nodiscard]] bool join_line();
  [[nodiscard]] Result<bool> read_token(PythonLine& line);
  [[nodiscard]] Result<void> skip_line();
  [[nodiscard]] Result<void> read_text();
  void end_line();
  [[nodiscard]] Result<void> track_bracket(char bracket);

  std::string_view module_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<char> brackets_;
};

/// The value of a string literal, prefix and quotes included, in UTF-8. Errors: bytes, f-strings, broken escapes, and
/// characters named by \N.
[[nodiscard]] Result<std::string> python_text(std::string_view literal);

}  // namespace liftlock::migration::script
