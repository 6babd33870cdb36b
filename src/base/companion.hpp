#pragma once

#include <sys/types.h>

#include <functional>

#include "base/error.hpp"

namespace liftlock::process {

/// A copy of this process that does one thing beside it, for as long as this lives: a process rather than a thread, so
/// that whoever forks afterwards copies no locks that it holds. It has none of our open files but the standard ones
/// (locks stay ours alone), does not heed Ctrl-C, and never outlives us.
class Companion {
 public:
  /// `work` is not to return; what it makes is its own. Errors: "companion-start".
  [[nodiscard]] static Result<Companion> start(const std::function<void()>& work);
  Companion(Companion&& other) noexcept;
  Companion& operator=(Companion&&) = delete;
  ~Companion();

 private:
  explicit Companion(pid_t child) : child_(child) {}
  pid_t child_;
};

}  // namespace liftlock::process
