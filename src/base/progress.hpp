#pragma once

#include <cstdint>
#include <string_view>

namespace liftlock {

/// Where long work says how far it is. Implementations draw a bar, print lines, emit JSON lines, or do nothing; calls
/// are cheap and may come thousands of times a second. Owned by the caller of the work.
class Progress {
 public:
  virtual ~Progress() = default;
  enum class Unit { bytes, rows, files, steps };
  /// A stage begins: "Taking the snapshot". `total` is 0 where it is not known. Stages do not nest.
  virtual void begin(std::string_view stage, std::int64_t total, Unit unit) = 0;
  virtual void advance(std::int64_t done) = 0;  ///< done so far in this stage, not since the last call
  virtual void end() = 0;
  /// True once the user has asked to stop (Ctrl-C); long work returns an Error of kind `cancelled` at the next
  /// place where nothing is left half-done.
  [[nodiscard]] virtual bool cancelled() const { return false; }
};

/// Says nothing to anybody.
class NoProgress final : public Progress {
 public:
  void begin(std::string_view, std::int64_t, Unit) override {}
  void advance(std::int64_t) override {}
  void end() override {}
};

}  // namespace liftlock
