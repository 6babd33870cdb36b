#include "base/http.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "base/curl.hpp"

namespace liftlock::http {

using curl::Library;

namespace {

/// What one transfer has brought so far.
struct Transfer {
  const Request& request;
  Response response;
  bool ended = false;      ///< the sink has had enough
  bool too_large = false;  ///< the body is
  std::optional<Error> source_error = {};
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {  // also after "100 Continue"
    transfer.response = {};
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos) transfer.response.status = std::atoi(line.data() + blank);
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string& value = transfer.response.headers[lower(line.substr(0, colon))];
    if (!value.empty()) value += ", ";
    value += trimmed(line.substr(colon + 1));
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(data, size * count);
  const int status = transfer.response.status;
  if (transfer.request.sink && status >= 200 && status < 300) {
    if (transfer.request.sink(piece)) return piece.size();
    transfer.ended = true;
    return 0;
  }
  if (transfer.response.body.size() + piece.size() > transfer.request.largest_body) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body += piece;
  return piece.size();
}

std::size_t on_source(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  auto given = transfer.request.source(std::span(data, size * count));
  if (given) return *given;
  transfer.source_error = std::move(given).error();
  return CURL_READFUNC_ABORT;
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const Library& curl) : curl_(curl), handle_(curl.easy_init()), multi_(curl.multi_init()) {}
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override {
    curl_.cleanup(handle_);
    std::ignore = curl_.multi_cleanup(multi_);  // it has no transfer
  }

  Result<Response> send(const Request& request) override {
    Transfer transfer{.request = request, .response = {}};
    char detail[CURL_ERROR_SIZE] = {};
    curl_slist* headers = nullptr;
    for (const std::string& header : request.headers) headers = curl_.append(headers, header.c_str());
    // Without it, libcurl waits a second for a server that may not know of "100 Continue".
    if (request.source || request.body.size() > 1'000'000) headers = curl_.append(headers, "Expect:");
    prepare(request, headers, transfer, detail);
    const std::optional<CURLcode> code = perform(request);
    curl_.reset(handle_);  // forgets what stood here
    curl_.free_list(headers);
    if (!code) {
      return std::unexpected(Error{ErrorKind::cancelled, "http-cancelled", {}, "It was stopped on request.", {}, {}});
    }
    if (transfer.source_error) return std::unexpected(*std::move(transfer.source_error));
    if (transfer.too_large) {
      return failure("http-failed", {}, fmt::format("The answer is longer than {} bytes.", request.largest_body));
    }
    if (*code != CURLE_OK && !transfer.ended) {
      return curl::trouble(request, *code, *detail != '\0' ? detail : curl_.message(*code));
    }
    return std::move(transfer.response);
  }

 private:
  /// nullopt: the caller has cancelled it.
  std::optional<CURLcode> perform(const Request& request) {
    constexpr int milliseconds = 100;
    std::ignore = curl_.multi_add(multi_, handle_);  // fails for a handle that is in use only
    std::optional<CURLcode> outcome;
    for (int running = 1; !outcome;) {
      if (request.cancelled && request.cancelled()) break;
      if (curl_.multi_perform(multi_, &running) != CURLM_OK) outcome = CURLE_FAILED_INIT;
      if (running == 0) {
        int left = 0;
        const CURLMsg* message = curl_.multi_outcome(multi_, &left);
        outcome = message == nullptr ? CURLE_FAILED_INIT : message->data.result;
      } else {
        std::ignore = curl_.multi_poll(multi_, nullptr, 0, milliseconds, nullptr);
      }
    }
    std::ignore = curl_.multi_remove(multi_, handle_);
    return outcome;
  }

  void prepare(const Request& request, curl_slist* headers, Transfer& transfer, char* detail) {
    set(CURLOPT_ERRORBUFFER, detail);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    if (request.source) {
      set(CURLOPT_UPLOAD, 1L);
      set(CURLOPT_READFUNCTION, &on_source);
      set(CURLOPT_READDATA, static_cast<void*>(&transfer));
      set(CURLOPT_FRESH_CONNECT, 1L);  // what was read cannot be sent again when an old connection turns out dead
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    set(CURLOPT_HTTPHEADER, headers);
    if (!request.body.empty() || (request.method == "POST" && !request.source)) {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.direct) set(CURLOPT_NOPROXY, "*");
    curl::name_server(curl_, handle_, request);
    const auto seconds = static_cast<long>(request.patience.count());
    set(CURLOPT_CONNECTTIMEOUT, seconds == 0 ? 30L : std::min(seconds, 30L));
    set(CURLOPT_LOW_SPEED_LIMIT, seconds == 0 ? 0L : 1L);
    set(CURLOPT_LOW_SPEED_TIME, seconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    std::ignore = curl_.set(handle_, option, value);  // an unknown option would be a library of another interface
  }

  const Library& curl_;
  CURL* handle_;
  CURLM* multi_;  ///< keeps the connections
};

}  // namespace

Result<std::unique_ptr<Transport>> make_transport() {
  const Result<Library>& curl = curl::library();
  if (!curl) return std::unexpected(curl.error());
  return std::make_unique<CurlTransport>(*curl);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((std::isalnum(byte) != 0 && byte < 0x80) || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace liftlock::http
