#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace liftlock::database {

/// Collects written pieces of a file and writes them in batches, sorted by offset, on a thread of its own. All pieces
/// have one size, that of the first; any other is written at once, after all before it.
class PageWriter {
 public:
  /// `write_at` is pwritev(2) or a stand-in of it; `file` is its first argument. The file stays the caller's.
  using WriteAt = ssize_t (*)(int file, const iovec* pieces, int count, off_t offset);
  explicit PageWriter(int file, WriteAt write_at);
  /// Writes nothing more: call drain() before, to learn whether all is written.
  ~PageWriter();
  PageWriter(const PageWriter&) = delete;
  PageWriter& operator=(const PageWriter&) = delete;

  /// 0, or the errno of this or an earlier write.
  [[nodiscard]] int write(const void* bytes, std::size_t count, std::int64_t offset);
  /// Copies what was written to exactly this place and is not in the file yet; false where there is nothing.
  [[nodiscard]] bool read(void* bytes, std::size_t count, std::int64_t offset);
  /// Brings everything into the file. 0, or an errno.
  [[nodiscard]] int drain();
  /// The end of the furthest piece given so far; 0 where there was none.
  [[nodiscard]] std::int64_t end() const { return end_; }
  /// Changes whenever pieces have been handed to the file: what was read from it before may be old.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  struct Batch {
    std::vector<std::byte> bytes;
    std::vector<std::int64_t> offsets;  // of each piece, in the order of `bytes`
    std::unordered_map<std::int64_t, std::size_t> places;

    void clear();
  };
  void hand_over(std::unique_lock<std::mutex>& lock);
  void run();
  [[nodiscard]] int write_batch(const Batch& batch) const;
  [[nodiscard]] int write_whole(std::vector<iovec>& pieces, std::int64_t offset) const;

  const int file_;
  const WriteAt write_at_;
  std::size_t piece_ = 0;
  std::int64_t end_ = 0;
  std::uint64_t generation_ = 0;
  Batch filling_;
  std::mutex mutex_;  // guards what follows; `flying_` is only read while it flies
  std::condition_variable changed_;
  Batch flying_;
  bool in_flight_ = false;
  bool stopping_ = false;
  int error_ = 0;
  std::thread thread_;
};

}  // namespace liftlock::database
