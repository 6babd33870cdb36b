#include "cli/render/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/format.hpp"

namespace liftlock::cli {

std::string format_seconds(double seconds) {
  return format_duration(std::chrono::nanoseconds(std::llround(seconds * 1e9)));
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
      ++width;
    }
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\n') {
      clean += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      clean += fmt::format("\\x{:02x}", byte);
    } else {
      clean.push_back(c);
    }
  }
  return clean;
}

namespace {

void wrap_line(std::string& out, std::string_view line, std::size_t width, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    const std::size_t wide = display_width(word);
    if (used > 0 && indent + used + 1 + wide > width) {
      out += '\n';
      used = 0;
    }
    if (used > 0) {
      out += ' ';
      ++used;
    } else {
      out += margin;
    }
    out += word;
    used += wide;
    at = end + 1;
  }
  out += '\n';
}

}  // namespace

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    wrap_line(out, text.substr(at, end - at), width, indent);
    at = end + 1;
  }
  return out;
}

std::string TextTable::render(std::size_t indent) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  const auto add_line = [&](const auto& cell_of) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string padding(widths[i] - display_width(cell), ' ');
      if (i > 0) line += "  ";
      line += columns_[i].align == Align::right ? padding + cell : cell + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  const bool titled = std::ranges::any_of(columns_, [](const Column& column) { return !column.title.empty(); });
  if (titled) add_line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  static const std::string nothing;
  for (const std::vector<std::string>& row : rows_) {
    add_line([&](std::size_t i) -> const std::string& { return i < row.size() ? row[i] : nothing; });
  }
  return out;
}

}  // namespace liftlock::cli
