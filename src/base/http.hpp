#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// HTTP over TCP, TLS or a unix socket. The library that does it (libcurl) is loaded by the first client, since it
/// costs more time to load than most commands take.
namespace liftlock::http {

/// How a server proves who it is, and we to it. Empty paths: the system's authorities, no certificate of ours.
struct Tls {
  std::filesystem::path authorities;
  std::filesystem::path certificate;
  std::filesystem::path key;
  bool verify = true;
};

struct Request {
  std::string method = "GET";
  std::string url = {};                   ///< absolute; with a unix socket its host only names the server
  std::vector<std::string> headers = {};  ///< "Name: value"
  std::string body = {};                  ///< sent unless it is empty
  std::filesystem::path unix_socket = {};
  Tls tls = {};
  bool direct = false;  ///< past any proxy that the environment names
  /// Gives the body instead of `body`, piece by piece: fills the buffer and says how much, 0 at the end. Its error ends
  /// the transfer and is what send() returns.
  std::function<Result<std::size_t>(std::span<char>)> source = {};
  /// For the connection (but never more than 30 s), and for each wait for the next byte; zero: for ever.
  std::chrono::seconds patience{30};
  std::function<bool()> cancelled = {};     ///< asked ten times a second; true ends the transfer
  std::size_t largest_body = 64UL << 20UL;  ///< more than this is an error; does not count for `sink`
  /// Takes the body of an answer of status 200 to 299 instead of Response::body, piece by piece. False ends the
  /// transfer, which is no error.
  std::function<bool(std::string_view)> sink = {};
};

struct Response {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case; repeated ones joined by ", "
  std::string body;
};

/// Sends requests. An interface, so that a test can answer, or fail, any of them.
class Transport {
 public:
  virtual ~Transport() = default;
  /// The server's answer, whatever its status. Redirections are not followed. Errors: "http-unreachable" (no
  /// connection), "http-denied" (the socket may not be used), "http-tls" (no trust), "http-timeout", "http-cancelled"
  /// (of kind cancelled), "http-failed" (all else); `doing` is left to the caller who knows it.
  [[nodiscard]] virtual Result<Response> send(const Request& request) = 0;
};

/// The real one; keeps connections open. Not for several threads at once. Errors: "http-library".
[[nodiscard]] Result<std::unique_ptr<Transport>> make_transport();

/// `text` with everything but letters, digits, '-', '.', '_' and '~' percent-encoded.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace liftlock::http
