#include "base/http.hpp"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <tuple>

namespace liftlock::http {

namespace {

/// The functions of libcurl that are used, by their own names. Loaded once and never given back.
struct Library {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) set = nullptr;
  decltype(&::curl_easy_reset) reset = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_strerror) message = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_add_handle) multi_add = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_info_read) multi_outcome = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_slist_append) append = nullptr;
  decltype(&::curl_slist_free_all) free_list = nullptr;
};

template <class Function>
bool find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  return function != nullptr;
}

Result<Library> load() {
  // Debian has the same interface over OpenSSL and over GnuTLS.
  void* handle = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) handle = ::dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  Library library;
  const bool complete =
      handle != nullptr && find(handle, "curl_global_init", library.global_init) &&
      find(handle, "curl_easy_init", library.easy_init) && find(handle, "curl_easy_setopt", library.set) &&
      find(handle, "curl_easy_reset", library.reset) && find(handle, "curl_easy_cleanup", library.cleanup) &&
      find(handle, "curl_easy_strerror", library.message) && find(handle, "curl_multi_init", library.multi_init) &&
      find(handle, "curl_multi_add_handle", library.multi_add) &&
      find(handle, "curl_multi_remove_handle", library.multi_remove) &&
      find(handle, "curl_multi_perform", library.multi_perform) &&
      find(handle, "curl_multi_poll", library.multi_poll) &&
      find(handle, "curl_multi_info_read", library.multi_outcome) &&
      find(handle, "curl_multi_cleanup", library.multi_cleanup) && find(handle, "curl_slist_append", library.append) &&
      find(handle, "curl_slist_free_all", library.free_list);
  if (!complete) {
    const char* reason = ::dlerror();
    return failure("http-library", "Loading the library libcurl", reason == nullptr ? "It is incomplete." : reason,
                   "Install it: apt-get install libcurl4");
  }
  if (library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return failure("http-library", "Loading the library libcurl", "It could not be initialised.");
  return library;
}

const Result<Library>& library() {
  static const Result<Library> loaded = load();
  return loaded;
}

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

/// libcurl does not say why a unix socket cannot be used.
int socket_trouble(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.c_str(), path.string().size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  const int outcome =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  ::close(descriptor);
  return outcome;
}

std::unexpected<Error> trouble(const Request& request, CURLcode code, const std::string& detail) {
  switch (code) {
    case CURLE_COULDNT_CONNECT: {
      const int reason = request.unix_socket.empty() ? 0 : socket_trouble(request.unix_socket);
      if (reason == 0) return failure("http-unreachable", {}, detail);
      return failure(reason == EACCES || reason == EPERM ? "http-denied" : "http-unreachable", {},
                     fmt::format("{}: {}", request.unix_socket.string(), std::strerror(reason)));
    }
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return failure("http-unreachable", {}, detail);
    case CURLE_OPERATION_TIMEDOUT:
      return failure("http-timeout", {}, detail);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return failure("http-tls", {}, detail);
    default:
      return failure("http-failed", {}, detail);
  }
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
      return trouble(request, *code, *detail != '\0' ? detail : curl_.message(*code));
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
    set(CURLOPT_URL, request.url.c_str());
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
    if (!request.unix_socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
    if (request.direct) set(CURLOPT_NOPROXY, "*");
    prepare_tls(request.tls);
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

  void prepare_tls(const Tls& tls) {
    if (!tls.authorities.empty()) set(CURLOPT_CAINFO, tls.authorities.c_str());
    if (!tls.certificate.empty()) set(CURLOPT_SSLCERT, tls.certificate.c_str());
    if (!tls.key.empty()) set(CURLOPT_SSLKEY, tls.key.c_str());
    if (tls.verify) return;
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
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
  const Result<Library>& curl = library();
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
