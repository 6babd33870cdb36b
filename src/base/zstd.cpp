#include "base/zstd.hpp"

#include <zstd.h>

#include <new>
#include <string>

namespace liftlock {

struct ZstdCompressor::State {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string out = std::string(std::size_t{1} << 20, '\0');
  ByteSink sink;

  explicit State(ByteSink the_sink) : sink(std::move(the_sink)) {
    if (context == nullptr) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeCCtx(context); }

  Result<void> run(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer buffer{out.data(), out.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context, &buffer, &in, directive);
      if (ZSTD_isError(left) != 0) return failure("zstd-failed", "Compressing", ZSTD_getErrorName(left));
      if (buffer.pos > 0) TRY(sink(std::string_view(out.data(), buffer.pos)));
      if (directive == ZSTD_e_continue ? in.pos == in.size : left == 0) return {};
    }
  }
};

ZstdCompressor::ZstdCompressor(int level, int workers, ByteSink sink)
    : state_(std::make_unique<State>(std::move(sink))) {
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_nbWorkers, workers);
}
ZstdCompressor::ZstdCompressor(ZstdCompressor&&) noexcept = default;
ZstdCompressor::~ZstdCompressor() = default;

Result<void> ZstdCompressor::write(std::string_view bytes) { return state_->run(bytes, ZSTD_e_continue); }
Result<void> ZstdCompressor::finish() { return state_->run({}, ZSTD_e_end); }

struct ZstdDecompressor::State {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::string out = std::string(std::size_t{1} << 18, '\0');
  ByteSink sink;
  bool inside_frame = true;  // an empty stream is truncated: not even an empty frame

  explicit State(ByteSink the_sink) : sink(std::move(the_sink)) {
    if (context == nullptr) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeDCtx(context); }
};

ZstdDecompressor::ZstdDecompressor(ByteSink sink) : state_(std::make_unique<State>(std::move(sink))) {}
ZstdDecompressor::ZstdDecompressor(ZstdDecompressor&&) noexcept = default;
ZstdDecompressor::~ZstdDecompressor() = default;

Result<void> ZstdDecompressor::write(std::string_view bytes) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  bool out_full = false;
  while (in.pos < in.size || out_full) {
    ZSTD_outBuffer buffer{state_->out.data(), state_->out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(state_->context, &buffer, &in);
    if (ZSTD_isError(left) != 0) return failure("zstd-damaged", "Decompressing", ZSTD_getErrorName(left));
    if (buffer.pos > 0) TRY(state_->sink(std::string_view(state_->out.data(), buffer.pos)));
    state_->inside_frame = left != 0;
    out_full = state_->inside_frame && buffer.pos == buffer.size;
  }
  return {};
}

Result<void> ZstdDecompressor::finish() {
  if (state_->inside_frame) return failure("zstd-truncated", "Decompressing", "the stream ends in the middle");
  return {};
}

}  // namespace liftlock
