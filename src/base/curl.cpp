#include "base/curl.hpp"

#include <dlfcn.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <tuple>

namespace liftlock::http::curl {

namespace {

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
      find(handle, "curl_easy_strerror", library.message) && find(handle, "curl_easy_perform", library.perform) &&
      find(handle, "curl_easy_getinfo", library.info) && find(handle, "curl_easy_send", library.send) &&
      find(handle, "curl_easy_recv", library.receive) && find(handle, "curl_multi_init", library.multi_init) &&
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

}  // namespace

const Result<Library>& library() {
  static const Result<Library> loaded = load();
  return loaded;
}

void name_server(const Library& curl, CURL* handle, const Request& request) {
  // An unknown option would be a library of another interface.
  const auto set = [&](CURLoption option, auto value) { std::ignore = curl.set(handle, option, value); };
  set(CURLOPT_URL, request.url.c_str());
  if (!request.unix_socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  const Tls& tls = request.tls;
  if (!tls.authorities.empty()) set(CURLOPT_CAINFO, tls.authorities.c_str());
  if (!tls.certificate.empty()) set(CURLOPT_SSLCERT, tls.certificate.c_str());
  if (!tls.key.empty()) set(CURLOPT_SSLKEY, tls.key.c_str());
  if (tls.verify) return;
  set(CURLOPT_SSL_VERIFYPEER, 0L);
  set(CURLOPT_SSL_VERIFYHOST, 0L);
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

}  // namespace liftlock::http::curl
