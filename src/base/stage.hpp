#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.hpp"

namespace liftlock {

/// A piece of a stream that several stages may hold at once.
using Block = std::shared_ptr<const std::string>;

/// One step of a pipeline on a thread of its own: takes blocks in order, at most `depth` waiting.
class Stage {
 public:
  using Work = std::function<Result<void>(std::string_view)>;
  explicit Stage(Work work, std::size_t depth = 4);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  /// Without finish(): drops what waits, and waits for the block in work.
  ~Stage();

  /// Hands a block over; waits while too many are waiting. An error is the work's, from an earlier block.
  [[nodiscard]] Result<void> write(Block block);
  /// Waits until all blocks are done. Nothing may be written afterwards.
  [[nodiscard]] Result<void> finish();

 private:
  void run();
  void join(bool drop);

  Work work_;
  std::size_t depth_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> waiting_;
  Result<void> result_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace liftlock
