#pragma once

#include <cstdint>
#include <string>

namespace liftlock {

/// What time it is. An interface, so that tests can set the clock back.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t nanoseconds() = 0;  ///< since the epoch, UTC; may jump
  [[nodiscard]] virtual double monotonic_seconds() = 0;  ///< only goes up; for durations
  [[nodiscard]] std::int64_t seconds() { return nanoseconds() / 1'000'000'000; }
};

/// Where new ids come from. An interface, so that tests know them beforehand.
class IdSource {
 public:
  virtual ~IdSource() = default;
  [[nodiscard]] virtual std::string uuid4() = 0;  ///< lower-case, with dashes
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t nanoseconds() override;
  [[nodiscard]] double monotonic_seconds() override;
};

class RandomIds final : public IdSource {
 public:
  [[nodiscard]] std::string uuid4() override;
};

/// "2026-11-21T10:45:26Z" and "20261121-104526".
[[nodiscard]] std::string iso_time(std::int64_t seconds);
[[nodiscard]] std::string compact_time(std::int64_t seconds);

}  // namespace liftlock
