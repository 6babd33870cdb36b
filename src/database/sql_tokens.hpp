#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace liftlock::database {

/// One token of an SQL text (https://www.sqlite.org/syntax.html); comments and white space make none.
struct SqlToken {
  enum class Kind { word, quoted_name, string, number, punctuation, end };
  Kind kind = Kind::end;
  std::string_view text;  ///< as written, quotes included; a view into the tokenised text
  std::size_t begin = 0;  ///< offset in bytes
  std::size_t end = 0;

  /// Case-insensitive; never true for a quoted name.
  [[nodiscard]] bool is(std::string_view keyword_or_punctuation) const;
  /// The name that a word, a quoted name ("a", `a`, [a]) or a string used as a name stands for.
  [[nodiscard]] std::string name() const;
};

/// The tokens of `sql`, closed by one of kind `end`. Anything unfinished (a quote, a comment) reaches to the end.
[[nodiscard]] std::vector<SqlToken> tokenize_sql(std::string_view sql);

}  // namespace liftlock::database
