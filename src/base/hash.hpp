#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace liftlock {

/// SHA-256 of a stream of bytes; for a whole file see file::sha256. Movable, single-threaded.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// The digest in 64 lower-case hex digits; afterwards the object is as new.
  [[nodiscard]] std::string hex_digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a text that is there as a whole, as it is.
[[nodiscard]] std::array<unsigned char, 32> sha256_bytes(std::string_view text);

/// HMAC-SHA-256 (RFC 2104): 32 bytes, which show that whoever made them knows `key`.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

}  // namespace liftlock
