#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace liftlock {

/// How many letters must be inserted, removed, changed or swapped with their neighbour to make `to` of `from`.
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

/// What somebody who typed `typed` may have meant: at most `limit` candidates that are near enough, nearest first.
[[nodiscard]] std::vector<std::string> near_matches(std::string_view typed,
                                                    std::span<const std::string_view> candidates,
                                                    std::size_t limit = 3);

/// "Did you mean status, or settle?", or empty without a suggestion.
[[nodiscard]] std::string did_you_mean(const std::vector<std::string>& suggestions);

}  // namespace liftlock
