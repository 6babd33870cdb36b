#include "registry/challenge.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace liftlock::registry {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_token(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Takes what headers are made of off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] std::string_view rest() const { return text_; }

  void skip_blanks() {
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
  }
  void skip_commas() {
    while (!text_.empty() && (is_blank(text_.front()) || text_.front() == ',')) text_.remove_prefix(1);
  }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string token() {
    std::string taken;
    while (!text_.empty() && is_token(text_.front())) {
      taken += text_.front();
      text_.remove_prefix(1);
    }
    return taken;
  }
  std::string lower_token() {
    std::string taken = token();
    std::ranges::transform(taken, taken.begin(), [](unsigned char c) { return std::tolower(c); });
    return taken;
  }
  /// A token, or a text in quotes; nullopt where the quotes are not closed.
  std::optional<std::string> value() {
    if (!take('"')) return token();
    std::string taken;
    while (!text_.empty()) {
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return taken;
      if (c == '\\' && !text_.empty()) {
        c = text_.front();
        text_.remove_prefix(1);
      }
      taken += c;
    }
    return std::nullopt;
  }
  std::string until(char end) {
    const std::size_t place = std::min(text_.find(end), text_.size());
    std::string taken(text_.substr(0, place));
    text_.remove_prefix(std::min(place + 1, text_.size()));
    return taken;
  }

 private:
  std::string_view text_;
};

/// NAME=VALUE, with blanks around the '='. nullopt: that is not what stands there, and nothing was taken.
std::optional<std::pair<std::string, std::string>> take_parameter(Scanner& scanner) {
  Scanner ahead = scanner;
  std::string name = ahead.lower_token();
  ahead.skip_blanks();
  if (name.empty() || !ahead.take('=')) return std::nullopt;
  ahead.skip_blanks();
  auto value = ahead.value();
  if (!value) return std::nullopt;
  scanner = ahead;
  return std::pair(std::move(name), *std::move(value));
}

}  // namespace

std::vector<Challenge> read_challenges(std::string_view header) {
  std::vector<Challenge> challenges;
  Scanner scanner(header);
  for (scanner.skip_commas(); !scanner.at_end(); scanner.skip_commas()) {
    if (!challenges.empty()) {
      if (auto parameter = take_parameter(scanner)) {
        challenges.back().parameters.insert(*std::move(parameter));
        continue;
      }
    }
    std::string scheme = scanner.lower_token();
    if (scheme.empty()) break;
    challenges.push_back({.scheme = std::move(scheme), .parameters = {}});
  }
  return challenges;
}

std::string next_link(std::string_view header) {
  Scanner scanner(header);
  for (scanner.skip_commas(); scanner.take('<'); scanner.skip_commas()) {
    std::string target = scanner.until('>');
    bool next = false;
    for (scanner.skip_blanks(); scanner.take(';'); scanner.skip_blanks()) {
      scanner.skip_blanks();
      const auto parameter = take_parameter(scanner);
      if (!parameter) return {};
      next = next || (parameter->first == "rel" && parameter->second == "next");
    }
    if (next) return target;
  }
  return {};
}

}  // namespace liftlock::registry
