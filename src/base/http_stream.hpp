#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/http.hpp"

namespace liftlock::http {

/// An answer that is read as it comes, on a connection of its own; after "101 Switching Protocols" it goes both ways.
/// https://www.rfc-editor.org/rfc/rfc9110#name-upgrade
class Stream {
 public:
  /// Sends `request` (its `sink`, `source` and `direct` do not matter: it goes past any proxy) and returns when the
  /// answer's head has come. It is asked for with HTTP/1.0, so that its body is as it is sent, unless it is upgraded.
  /// Errors: those of Transport::send().
  [[nodiscard]] static Result<Stream> open(const Request& request);

  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  [[nodiscard]] int status() const;

  /// What has come since the last call; empty: nothing yet. nullopt: the other side has ended it.
  [[nodiscard]] Result<std::optional<std::string>> receive();
  /// Returns when all of it is on its way.
  [[nodiscard]] Result<void> send(std::string_view bytes);

  /// For poll(): readable when receive() may have something. Owned by the stream.
  [[nodiscard]] int descriptor() const;

 private:
  struct State;
  explicit Stream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace liftlock::http
