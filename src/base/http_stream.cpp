#include "base/http_stream.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <tuple>

#include "base/curl.hpp"

namespace liftlock::http {

using curl::Library;

struct Stream::State {
  State(const Library& library, Request asked) : curl(library), request(std::move(asked)), handle(curl.easy_init()) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { curl.cleanup(handle); }

  const Library& curl;
  Request request;
  CURL* handle;
  curl_socket_t socket = CURL_SOCKET_BAD;
  int status = 0;
  std::string ahead;  ///< of the body, that came with the head
  char detail[CURL_ERROR_SIZE] = {};

  std::unexpected<Error> trouble(CURLcode code) const {
    return curl::trouble(request, code, *detail != '\0' ? detail : curl.message(code));
  }
};

namespace {

constexpr std::size_t piece_size = std::size_t{1} << 16;

/// "/v1.41/x" of "https://engine.example:2376/v1.41/x", and what stands before it.
std::pair<std::string, std::string> host_and_path(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t path = url.find('/', host);
  if (path == std::string::npos) return {url.substr(host), "/"};
  return {url.substr(host, path - host), url.substr(path)};
}

/// An upgrade is known to HTTP/1.1 only.
std::string head_of(const Request& request) {
  const auto [host, path] = host_and_path(request.url);
  bool upgrades = false;
  std::string lines;
  for (const std::string& header : request.headers) {
    upgrades = upgrades || header.starts_with("Upgrade:");
    lines += header + "\r\n";
  }
  return fmt::format("{} {} HTTP/{}\r\nHost: {}\r\nContent-Length: {}\r\n{}\r\n", request.method, path,
                     upgrades ? "1.1" : "1.0", host, request.body.size(), lines);
}

void wait(int descriptor, short events) {
  constexpr int milliseconds = 100;
  pollfd one{.fd = descriptor, .events = events, .revents = 0};
  std::ignore = ::poll(&one, 1, milliseconds);  // whatever it says, the next call shows
}

}  // namespace

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

int Stream::status() const { return state_->status; }
int Stream::descriptor() const { return state_->socket; }

Result<Stream> Stream::open(const Request& request) {
  const Result<Library>& curl = curl::library();
  if (!curl) return std::unexpected(curl.error());
  auto made = std::make_unique<State>(*curl, request);
  State& state = *made;
  const auto set = [&](CURLoption option, auto value) { std::ignore = curl->set(state.handle, option, value); };
  set(CURLOPT_ERRORBUFFER, state.detail);
  curl::name_server(*curl, state.handle, state.request);
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_CONNECTTIMEOUT, 30L);
  if (const CURLcode code = curl->perform(state.handle); code != CURLE_OK) return state.trouble(code);
  std::ignore = curl->info(state.handle, CURLINFO_ACTIVESOCKET, &state.socket);

  Stream stream(std::move(made));
  TRY(stream.send(head_of(request) + request.body));
  const auto until = std::chrono::steady_clock::now() + request.patience;
  std::string& head = state.ahead;
  std::size_t end = std::string::npos;
  while ((end = head.find("\r\n\r\n")) == std::string::npos) {
    // receive() gives out what is ahead first; here that is the head, which is kept.
    std::string begun = std::exchange(head, {});
    const auto piece = TRY(stream.receive());
    if (!piece) return failure("http-failed", {}, "The connection was closed before an answer came.");
    head = begun + *piece;
    if (!piece->empty()) continue;
    if (request.cancelled && request.cancelled())
      return std::unexpected(Error{ErrorKind::cancelled, "http-cancelled", {}, "It was stopped on request.", {}, {}});
    if (request.patience.count() > 0 && std::chrono::steady_clock::now() > until)
      return failure("http-timeout", {}, fmt::format("No answer came for {} s.", request.patience.count()));
    wait(state.socket, POLLIN);
  }
  if (const std::size_t blank = head.find(' '); blank < end) state.status = std::atoi(head.c_str() + blank);
  head.erase(0, end + 4);
  return stream;
}

Result<std::optional<std::string>> Stream::receive() {
  if (!state_->ahead.empty()) return std::exchange(state_->ahead, {});
  std::string bytes(piece_size, '\0');
  std::size_t count = 0;
  const CURLcode code = state_->curl.receive(state_->handle, bytes.data(), bytes.size(), &count);
  if (code == CURLE_AGAIN) return std::string();
  if (code != CURLE_OK) return state_->trouble(code);
  if (count == 0) return std::nullopt;
  bytes.resize(count);
  return bytes;
}

Result<void> Stream::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t count = 0;
    const CURLcode code = state_->curl.send(state_->handle, bytes.data(), bytes.size(), &count);
    if (code == CURLE_AGAIN) {
      wait(state_->socket, POLLOUT);
      continue;
    }
    if (code != CURLE_OK) return state_->trouble(code);
    bytes.remove_prefix(count);
  }
  return {};
}

}  // namespace liftlock::http
