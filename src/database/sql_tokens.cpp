#include "database/sql_tokens.hpp"

#include <algorithm>
#include <cctype>

namespace liftlock::database {

namespace {

bool is_word_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_part(char c) { return is_word_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$'; }

bool same_letter(char a, char b) {
  return std::toupper(static_cast<unsigned char>(a)) == std::toupper(static_cast<unsigned char>(b));
}

/// The offset behind a quoted text that starts at `from`; a doubled closing quote does not end it.
std::size_t quoted_end(std::string_view sql, std::size_t from, char close) {
  std::size_t at = from + 1;
  while (at < sql.size()) {
    if (sql[at] != close) {
      ++at;
    } else if (close != ']' && at + 1 < sql.size() && sql[at + 1] == close) {
      at += 2;
    } else {
      return at + 1;
    }
  }
  return sql.size();
}

/// The offset behind white space and comments that start at `from`.
std::size_t skip_blank(std::string_view sql, std::size_t from) {
  while (from < sql.size()) {
    if (std::isspace(static_cast<unsigned char>(sql[from])) != 0) {
      ++from;
    } else if (sql.substr(from).starts_with("--")) {
      from = std::min(sql.find('\n', from), sql.size());
    } else if (sql.substr(from).starts_with("/*")) {
      const auto close = sql.find("*/", from + 2);
      from = close == std::string_view::npos ? sql.size() : close + 2;
    } else {
      break;
    }
  }
  return from;
}

std::size_t run_end(std::string_view sql, std::size_t from, bool (*belongs)(char)) {
  const auto tail = sql.substr(from);
  return from + static_cast<std::size_t>(std::ranges::find_if_not(tail, belongs) - tail.begin());
}

SqlToken token_at(std::string_view sql, std::size_t at) {
  using Kind = SqlToken::Kind;
  const char c = sql[at];
  Kind kind = Kind::punctuation;
  std::size_t end = at + 1;
  if (c == '\'') {
    kind = Kind::string;
    end = quoted_end(sql, at, '\'');
  } else if (c == '"' || c == '`' || c == '[') {
    kind = Kind::quoted_name;
    end = quoted_end(sql, at, c == '[' ? ']' : c);
  } else if (is_word_start(c)) {
    kind = Kind::word;
    end = run_end(sql, at, is_word_part);
  } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
    kind = Kind::number;
    end = run_end(sql, at, [](char d) { return is_word_part(d) || d == '.'; });
  }
  return {kind, sql.substr(at, end - at), at, end};
}

}  // namespace

bool SqlToken::is(std::string_view keyword_or_punctuation) const {
  if (kind != Kind::word && kind != Kind::punctuation) return false;
  return std::ranges::equal(text, keyword_or_punctuation, same_letter);
}

std::string SqlToken::name() const {
  if (kind != Kind::quoted_name && kind != Kind::string) return std::string(text);
  const char close = text.back();
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    plain += text[i];
    if (text[i] == close && close != ']') ++i;  // a doubled quote stands for one
  }
  return plain;
}

std::vector<SqlToken> tokenize_sql(std::string_view sql) {
  std::vector<SqlToken> tokens;
  std::size_t at = skip_blank(sql, 0);
  while (at < sql.size()) {
    tokens.push_back(token_at(sql, at));
    at = skip_blank(sql, tokens.back().end);
  }
  tokens.push_back({SqlToken::Kind::end, {}, sql.size(), sql.size()});
  return tokens;
}

}  // namespace liftlock::database
