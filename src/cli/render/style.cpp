#include "cli/render/style.hpp"

#include <fmt/core.h>

namespace liftlock::cli {

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!colour || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace liftlock::cli
