#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/http.hpp"
#include "registry/challenge.hpp"
#include "registry/credentials.hpp"

namespace liftlock::registry {

/// Whether this is the machine's own: "localhost", 127.0.0.0/8 or ::1, with or without a port. Decided by the name
/// alone.
[[nodiscard]] bool is_loopback(std::string_view host);

/// The HTTP API of one registry, with the ways in which it lets somebody in.
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md,
/// https://distribution.github.io/distribution/spec/auth/token/
///
/// Errors: "registry-unreachable", "registry-tls", "registry-denied", "registry-limit", "registry-answer".
class Client {
 public:
  Client(std::string host, Credentials credentials, std::unique_ptr<http::Transport> transport)
      : host_(std::move(host)), credentials_(std::move(credentials)), transport_(std::move(transport)) {}

  struct Question {
    std::string path;        ///< "/v2/open-webui/open-webui/tags/list", also with a query
    std::string repository;  ///< whose content is to be pulled: "open-webui/open-webui"
    std::string doing;       ///< for errors
    std::string method = "GET";
    std::string accept;
    std::size_t largest_body = 16UL << 20UL;
  };
  /// An answer of status 200 to 299, or 404. Redirections are followed, without showing the credentials to others.
  [[nodiscard]] Result<http::Response> ask(const Question& question);

  /// What `reference` (an absolute URL, or a path) names on this registry, as a path; empty where that is elsewhere.
  [[nodiscard]] std::string own_path(std::string_view reference) const;

 private:
  [[nodiscard]] Result<void> find_base(const Question& question);
  [[nodiscard]] Result<http::Response> send(const Question& question, const std::string& url,
                                            const std::string& authorization);
  [[nodiscard]] Result<http::Response> follow(const Question& question, http::Response response, std::string url);
  [[nodiscard]] Result<void> authorize(const Question& question, const http::Response& response);
  [[nodiscard]] Result<std::string> token(const Question& question, const Challenge& challenge);
  [[nodiscard]] Result<http::Request> token_request(const Question& question, const Challenge& challenge) const;
  [[nodiscard]] std::unexpected<Error> denied(const Question& question, std::string what) const;
  [[nodiscard]] std::unexpected<Error> explained(Error error, std::string_view doing) const;

  std::string host_;
  Credentials credentials_;
  std::unique_ptr<http::Transport> transport_;
  std::string base_;  ///< "https://ghcr.io"; empty until it is known
  http::Tls tls_;
  std::map<std::string, std::string, std::less<>> authorizations_;  ///< by repository: the header's value
};

/// The registry's own words: {"errors": [{"code", "message"}]}.
struct RegistryError {
  std::string code;  ///< "NAME_UNKNOWN"; empty where it is not said
  std::string message;
};
[[nodiscard]] RegistryError read_registry_error(const http::Response& response);

}  // namespace liftlock::registry
