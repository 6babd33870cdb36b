#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace liftlock::deployment::docker {

/// Takes bytes; `err`: from the standard error. False ends it.
using ByteOutput = std::function<bool(std::string_view bytes, bool err)>;

/// Takes apart the stream in which an engine hands out both outputs of a container without a terminal.
/// https://docs.docker.com/reference/api/engine/ "Attach to a container", "Stream format"
class Frames {
 public:
  explicit Frames(ByteOutput output) : output_(std::move(output)) {}
  /// Any piece of the stream. False: the output has had enough.
  [[nodiscard]] bool take(std::string_view piece);

 private:
  ByteOutput output_;
  std::string head_;        ///< of a frame, as far as it has come
  std::uint32_t left_ = 0;  ///< bytes of the current frame that have not come
  bool err_ = false;
};

}  // namespace liftlock::deployment::docker
