#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <string>

#include "base/error.hpp"
#include "base/http.hpp"

/// What the sources of base/http.hpp and base/http_stream.hpp share; for nobody else.
namespace liftlock::http::curl {

/// The functions of libcurl that are used, by their own names. Loaded once and never given back.
struct Library {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) set = nullptr;
  decltype(&::curl_easy_reset) reset = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_strerror) message = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) info = nullptr;
  decltype(&::curl_easy_send) send = nullptr;
  decltype(&::curl_easy_recv) receive = nullptr;
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

/// Loads it when it is first asked for. Error: "http-library".
[[nodiscard]] const Result<Library>& library();

/// Tells `handle` the request's server: URL, socket, and how both prove who they are.
void name_server(const Library& curl, CURL* handle, const Request& request);

/// The error that Transport::send() documents for `code`; `detail` is libcurl's text.
[[nodiscard]] std::unexpected<Error> trouble(const Request& request, CURLcode code, const std::string& detail);

}  // namespace liftlock::http::curl
