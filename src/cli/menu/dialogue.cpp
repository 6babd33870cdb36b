#include "cli/menu/dialogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "cli/render/text.hpp"

namespace liftlock::cli::menu {

namespace {

std::string trimmed(std::string_view line) {
  const auto is_blank = [](unsigned char c) { return std::isspace(c) != 0; };
  while (!line.empty() && is_blank(static_cast<unsigned char>(line.front()))) line.remove_prefix(1);
  while (!line.empty() && is_blank(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
  return std::string(line);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_./:@+=,%").find(c) != std::string::npos;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string cut;
  std::size_t columns = 1;  // of the sign that something is left out
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && ++columns > width) break;
    cut.push_back(text[i]);
  }
  return cut + "…";
}

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string render_items(std::string_view title, const std::vector<Item>& items, const Style& style) {
  const auto width = static_cast<std::size_t>(style.width);
  std::size_t column = 1;
  for (const Item& item : items) column = std::max(column, item.key.size());
  const std::size_t indent = column + 4;
  const std::size_t room = width > indent + 1 ? width - indent - 1 : 1;
  std::string out = "\n" + style.bold(fitted(title, width - 1)) + "\n";
  for (const Item& item : items) {
    out += fmt::format("  {}{}  {}\n", std::string(column - item.key.size(), ' '), style.cyan(item.key),
                       fitted(item.text, room));
    if (!item.detail.empty()) out += std::string(indent, ' ') + style.dim(fitted(item.detail, room)) + "\n";
  }
  return out;
}

std::optional<std::string> ask_line(World& world, std::string_view prompt, Leaving& leaving) {
  std::string line;
  switch (world.ask(prompt, line)) {
    case Heard::line:
      return trimmed(line);
    case Heard::interrupted:
      leaving = Leaving::back;
      return std::nullopt;
    case Heard::end:
      break;
  }
  leaving = Leaving::the_end;
  return std::nullopt;
}

std::optional<std::string> choose(World& world, const std::vector<Item>& items, std::string_view fallback,
                                  Leaving& leaving) {
  const std::string prompt = fmt::format("Choice [{}]: ", fallback);
  while (true) {
    const auto line = ask_line(world, prompt, leaving);
    if (!line) return std::nullopt;
    if (line->empty()) return std::string(fallback);
    const auto chosen = std::ranges::find(items, lower(*line), &Item::key);
    if (chosen != items.end()) return chosen->key;
    world.show(fmt::format("There is no \"{}\" here. Type what stands at the left of a line, then Enter.\n",
                           fitted(printable(*line), 30)));
  }
}

}  // namespace liftlock::cli::menu
