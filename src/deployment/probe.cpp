#include "deployment/probe.hpp"

#include <algorithm>

namespace liftlock::deployment {

std::optional<double> away(std::span<const double> answers, double gone, double started) {
  const auto after = std::ranges::upper_bound(answers, gone);
  const auto back = std::ranges::lower_bound(answers, started);
  if (after == answers.begin() || back == answers.end()) return std::nullopt;
  return *back - *std::prev(after);
}

double longest_silence(std::span<const double> answers, double end) {
  double longest = 0;
  for (std::size_t i = 1; i < answers.size() && answers[i] <= end; ++i)
    longest = std::max(longest, answers[i] - answers[i - 1]);
  return longest;
}

}  // namespace liftlock::deployment
