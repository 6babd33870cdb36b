#pragma once

#include <optional>
#include <span>
#include <vector>

namespace liftlock::deployment {

/// Asks a program ten times a second whether it answers, as its users would, until it is destroyed; whichever instance
/// has the deployment's name.
class Probe {
 public:
  virtual ~Probe() = default;
  /// When it did, in monotonic seconds (as Clock has them), first to last.
  [[nodiscard]] virtual std::vector<double> answers() = 0;
};

/// How long nobody could use a program that was gone by `gone`, and whose successor was started at `started`: seconds
/// between the last answer before and the first one after. nullopt: one of them is not there.
[[nodiscard]] std::optional<double> away(std::span<const double> answers, double gone, double started);

/// The longest that two answers up to `end` lie apart, in seconds; 0 for fewer than two.
[[nodiscard]] double longest_silence(std::span<const double> answers, double end);

}  // namespace liftlock::deployment
