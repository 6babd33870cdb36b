#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/error.hpp"

namespace liftlock {

/// Where a stream's bytes go, in order; an error stops the stream and is handed on unchanged.
using ByteSink = std::function<Result<void>(std::string_view)>;

/// Compresses a stream into one zstd frame with a checksum, which `zstd -d` reads. Movable, single-threaded for its
/// caller; with `workers` > 0 the work itself is done on that many threads beside, at some 10 MB of memory each.
class ZstdCompressor {
 public:
  ZstdCompressor(int level, int workers, ByteSink sink);
  ZstdCompressor(ZstdCompressor&&) noexcept;
  ~ZstdCompressor();

  [[nodiscard]] Result<void> write(std::string_view bytes);
  /// Ends the frame; nothing may be written afterwards.
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Decompresses a stream of zstd frames. Errors: "zstd-damaged" (not zstd, or damaged), "zstd-truncated".
class ZstdDecompressor {
 public:
  explicit ZstdDecompressor(ByteSink sink);
  ZstdDecompressor(ZstdDecompressor&&) noexcept;
  ~ZstdDecompressor();

  [[nodiscard]] Result<void> write(std::string_view bytes);
  /// Says whether the stream ended where a frame ends.
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace liftlock
