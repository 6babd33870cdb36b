#include "database/page_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace liftlock::database {

namespace {

/// Bytes collected before they are handed over; two such batches exist at the most.
constexpr std::size_t batch_bytes = std::size_t{4} << 20;
/// The most pieces of a single write; Linux takes 1024.
constexpr std::size_t run_pieces = 512;

}  // namespace

void PageWriter::Batch::clear() {
  bytes.clear();
  offsets.clear();
  places.clear();
}

PageWriter::PageWriter(int file, WriteAt write_at) : file_(file), write_at_(write_at), thread_([this] { run(); }) {}

PageWriter::~PageWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

int PageWriter::write(const void* bytes, std::size_t count, std::int64_t offset) {
  if (piece_ == 0) piece_ = count;
  end_ = std::max(end_, offset + static_cast<std::int64_t>(count));
  if (count != piece_ || offset % static_cast<std::int64_t>(piece_) != 0) {
    if (const int error = drain()) return error;
    ++generation_;
    std::vector<iovec> odd{{const_cast<void*>(bytes), count}};  // pwritev only reads them
    return write_whole(odd, offset);
  }
  const auto [place, is_new] = filling_.places.try_emplace(offset, filling_.bytes.size());
  const auto* from = static_cast<const std::byte*>(bytes);
  if (is_new) {
    filling_.offsets.push_back(offset);
    filling_.bytes.insert(filling_.bytes.end(), from, from + count);
  } else {
    std::memcpy(filling_.bytes.data() + place->second, from, count);
  }
  if (filling_.bytes.size() < batch_bytes) return 0;
  std::unique_lock lock(mutex_);
  hand_over(lock);
  return error_;
}

bool PageWriter::read(void* bytes, std::size_t count, std::int64_t offset) {
  const auto copy_from = [&](const Batch& batch) {
    const auto place = batch.places.find(offset);
    if (place == batch.places.end() || count > piece_) return false;
    std::memcpy(bytes, batch.bytes.data() + place->second, count);
    return true;
  };
  if (copy_from(filling_)) return true;
  const std::scoped_lock lock(mutex_);
  return in_flight_ && copy_from(flying_);
}

int PageWriter::drain() {
  std::unique_lock lock(mutex_);
  hand_over(lock);
  changed_.wait(lock, [&] { return !in_flight_; });
  return error_;
}

/// Waits until the batch before is written, then lets the thread have this one.
void PageWriter::hand_over(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [&] { return !in_flight_; });
  if (filling_.offsets.empty()) return;
  std::swap(filling_, flying_);
  filling_.clear();
  in_flight_ = true;
  ++generation_;
  changed_.notify_all();
}

void PageWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return in_flight_ || stopping_; });
    if (!in_flight_) return;
    lock.unlock();
    const int error = write_batch(flying_);
    lock.lock();
    if (error_ == 0) error_ = error;
    in_flight_ = false;
    changed_.notify_all();
  }
}

int PageWriter::write_batch(const Batch& batch) const {
  std::vector<std::pair<std::int64_t, std::size_t>> order;  // offset, place
  order.reserve(batch.offsets.size());
  for (const std::int64_t offset : batch.offsets) order.emplace_back(offset, batch.places.at(offset));
  std::ranges::sort(order);
  std::vector<iovec> run;
  std::int64_t begin = 0;
  for (const auto& [offset, place] : order) {
    const bool follows = begin + static_cast<std::int64_t>(run.size() * piece_) == offset;
    if (!run.empty() && (!follows || run.size() == run_pieces)) {
      if (const int error = write_whole(run, begin)) return error;
      run.clear();
    }
    if (run.empty()) begin = offset;
    run.push_back({const_cast<std::byte*>(batch.bytes.data()) + place, piece_});  // pwritev only reads them
  }
  return run.empty() ? 0 : write_whole(run, begin);
}

int PageWriter::write_whole(std::vector<iovec>& pieces, std::int64_t offset) const {
  for (std::size_t first = 0; first < pieces.size();) {
    ssize_t written = write_at_(file_, pieces.data() + first, static_cast<int>(pieces.size() - first), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    offset += written;
    for (; first < pieces.size() && written >= static_cast<ssize_t>(pieces[first].iov_len); ++first) {
      written -= static_cast<ssize_t>(pieces[first].iov_len);
    }
    if (written > 0) {
      pieces[first].iov_base = static_cast<std::byte*>(pieces[first].iov_base) + written;
      pieces[first].iov_len -= static_cast<std::size_t>(written);
    }
  }
  return 0;
}

}  // namespace liftlock::database
