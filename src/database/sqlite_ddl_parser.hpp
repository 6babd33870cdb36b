#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sql_tokens.hpp"

namespace liftlock::database {

/// Walks over the tokens of one SQL text.
class TokenCursor {
 public:
  explicit TokenCursor(std::string_view sql) : sql_(sql), tokens_(tokenize_sql(sql)) {}

  [[nodiscard]] const SqlToken& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool at_end() const { return peek().kind == SqlToken::Kind::end; }
  const SqlToken& next() {
    const SqlToken& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  /// Takes the words if all of them come next.
  bool accept(std::initializer_list<std::string_view> words);
  bool accept(std::string_view word) { return accept({word}); }

  /// From "(" to its ")": the text between them; the cursor stands behind it. Empty where no "(" comes next.
  std::string parenthesised();
  /// The text from offset `begin` to the end of the last token taken.
  [[nodiscard]] std::string since(std::size_t begin) const {
    return at_ == 0 ? std::string() : std::string(sql_.substr(begin, tokens_[at_ - 1].end - begin));
  }

 private:
  std::string_view sql_;
  std::vector<SqlToken> tokens_;
  std::size_t at_ = 0;
};

/// The parts of a comma-separated list, as written; commas inside parentheses and quotes do not separate.
[[nodiscard]] std::vector<std::string> split_list(std::string_view list);
/// The same as names: a part that is one token loses its quotes, a longer one ("a DESC") stays as written.
[[nodiscard]] std::vector<std::string> split_names(std::string_view list);

}  // namespace liftlock::database
