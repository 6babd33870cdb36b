#include "cli/render/log_line.hpp"

#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

/// The length of "ESC [ 3 2 m" at the beginning of `text`: parameters and one letter m; 0: there is none.
std::size_t length_of_colour(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

std::string render_log_line(std::string_view line) {
  std::string words;
  while (!line.empty()) {
    if (const std::size_t length = length_of_colour(line)) {
      line.remove_prefix(length);
      continue;
    }
    if (line.front() == '\t')
      words += "    ";
    else
      words.push_back(line.front());
    line.remove_prefix(1);
  }
  return printable(words);
}

}  // namespace liftlock::cli
