#pragma once

#include <functional>
#include <future>

namespace liftlock::migration::postgres {

/// One piece of work at a time on a thread of its own: what the server is to do while the next rows are looked at.
/// Whoever wants to use what the work uses waits for it first.
class Background {
 public:
  /// Waits for the work before this one.
  void run(std::function<void()> work) {
    wait();
    work_ = std::async(std::launch::async, std::move(work));
  }
  /// Throws what the work has thrown.
  void wait() {
    if (work_.valid()) work_.get();
  }

  /// For where work refers to what stands on the stack: waits at the end of the scope, and says nothing of errors.
  class Guard {
   public:
    explicit Guard(Background& background) : background_(background) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
      if (background_.work_.valid()) background_.work_.wait();
    }

   private:
    Background& background_;
  };

 private:
  std::future<void> work_;  // waits in its destructor
};

}  // namespace liftlock::migration::postgres
