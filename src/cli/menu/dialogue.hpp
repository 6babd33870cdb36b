#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/menu/world.hpp"

namespace liftlock::cli::menu {

/// Why a menu is left for the one above it.
enum class Leaving {
  back,     ///< chosen, or Ctrl-C
  the_end,  ///< nobody is there any more: every menu is left
};

/// One line of a menu: "3  back up".
struct Item {
  std::string key;
  std::string text;
  std::string detail = {};  ///< second line, dimmed; may be empty
};

/// "…" stands for what does not fit into `width` columns. `text` has no colours.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

/// `text` as one word of a shell's command line.
[[nodiscard]] std::string shell_word(std::string_view text);

/// A title and the items below it, each cut to the terminal's width.
[[nodiscard]] std::string render_items(std::string_view title, const std::vector<Item>& items, const Style& style);

/// What was chosen: a key of `items`, in any case of letters; `fallback` where only Enter was pressed. Asks again for
/// anything else. nullopt: Ctrl-C, or the end of the input; `leaving` says which.
[[nodiscard]] std::optional<std::string> choose(World& world, const std::vector<Item>& items, std::string_view fallback,
                                                Leaving& leaving);

/// A line without blanks around it, maybe empty; nullopt as above.
[[nodiscard]] std::optional<std::string> ask_line(World& world, std::string_view prompt, Leaving& leaving);

}  // namespace liftlock::cli::menu
