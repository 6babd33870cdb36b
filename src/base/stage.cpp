#include "base/stage.hpp"

namespace liftlock {

Stage::Stage(Work work, std::size_t depth) : work_(std::move(work)), depth_(depth), thread_([this] { run(); }) {}

Stage::~Stage() { join(true); }

Result<void> Stage::write(Block block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.size() < depth_ || !result_; });
  if (!result_) return result_;
  waiting_.push_back(std::move(block));
  changed_.notify_all();
  return {};
}

Result<void> Stage::finish() {
  join(false);
  return result_;
}

void Stage::join(bool drop) {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    if (drop) waiting_.clear();
    changed_.notify_all();
  }
  thread_.join();
}

void Stage::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Block block = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    lock.unlock();
    auto done = work_(*block);
    lock.lock();
    if (!done) {
      result_ = std::move(done);
      waiting_.clear();
      changed_.notify_all();
      return;
    }
  }
}

}  // namespace liftlock
