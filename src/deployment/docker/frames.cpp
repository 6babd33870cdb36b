#include "deployment/docker/frames.hpp"

#include <algorithm>

namespace liftlock::deployment::docker {

namespace {

constexpr std::size_t head_size = 8;  // the output, three zeros, the length in network order

std::uint32_t length_in(std::string_view head) {
  std::uint32_t length = 0;
  for (const char c : head.substr(4)) length = length << 8U | static_cast<unsigned char>(c);
  return length;
}

}  // namespace

bool Frames::take(std::string_view piece) {
  while (!piece.empty()) {
    if (left_ == 0) {
      const std::size_t count = std::min(head_size - head_.size(), piece.size());
      head_ += piece.substr(0, count);
      piece.remove_prefix(count);
      if (head_.size() < head_size) break;
      left_ = length_in(head_);
      err_ = head_.front() == 2;
      head_.clear();
    }
    const std::size_t count = std::min<std::size_t>(left_, piece.size());
    if (!output_(piece.substr(0, count), err_)) return false;
    piece.remove_prefix(count);
    left_ -= static_cast<std::uint32_t>(count);
  }
  return true;
}

}  // namespace liftlock::deployment::docker
