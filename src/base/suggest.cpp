#include "base/suggest.hpp"

#include <algorithm>

namespace liftlock {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before(to.size() + 1);
  std::vector<std::size_t> above(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const bool same = from[i - 1] == to[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[to.size()];
}

std::vector<std::string> near_matches(std::string_view typed, std::span<const std::string_view> candidates,
                                      std::size_t limit) {
  struct Match {
    std::size_t distance;
    std::string_view text;
  };
  const std::size_t tolerance = std::max<std::size_t>(1, typed.size() / 3);
  std::vector<Match> matches;
  for (const std::string_view candidate : candidates) {
    const bool begun = typed.size() >= 2 && candidate.starts_with(typed);
    const std::size_t distance = begun ? 0 : edit_distance(typed, candidate);
    if (distance <= tolerance) matches.push_back({distance, candidate});
  }
  std::ranges::stable_sort(matches, {}, &Match::distance);
  std::vector<std::string> nearest;
  for (const Match& match : matches) {
    if (nearest.size() < limit) nearest.emplace_back(match.text);
  }
  return nearest;
}

std::string did_you_mean(const std::vector<std::string>& suggestions) {
  if (suggestions.empty()) return {};
  std::string question = "Did you mean ";
  for (std::size_t i = 0; i < suggestions.size(); ++i) {
    if (i > 0) question += i + 1 == suggestions.size() ? " or " : ", ";
    question += suggestions[i];
  }
  return question + "?";
}

}  // namespace liftlock
