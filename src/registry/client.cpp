#include "registry/client.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "base/json.hpp"

namespace liftlock::registry {

namespace {

using json::Json;
using json::text_at;

constexpr std::chrono::seconds patience{15};
constexpr int most_redirections = 5;

/// "https://host:1/path?x" → "https://host:1".
std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

std::string_view host_of(std::string_view url) {
  const std::string_view origin = origin_of(url);
  const std::string_view host = origin.substr(std::min(origin.size(), origin.find("://") + 3));
  return host.substr(host.find('@') == std::string_view::npos ? 0 : host.find('@') + 1);
}

/// Whether what is sent there can be read on the way: only HTTPS cannot, and what does not leave this machine.
bool is_safe(std::string_view url) {
  return url.starts_with("https://") || (url.starts_with("http://") && is_loopback(host_of(url)));
}

/// Where engines find what a registry is trusted by, besides the system's authorities.
http::Tls trust_of(const std::string& host) {
  const std::filesystem::path folder = std::filesystem::path("/etc/docker/certs.d") / host;
  http::Tls tls;
  if (file::exists(folder / "ca.crt")) tls.authorities = folder / "ca.crt";
  if (file::exists(folder / "client.cert") && file::exists(folder / "client.key")) {
    tls.certificate = folder / "client.cert";
    tls.key = folder / "client.key";
  }
  return tls;
}

std::string basic(const Credentials& credentials) {
  return "Basic " + base64(credentials.user + ":" + credentials.password);
}

std::string parameter(const Challenge& challenge, const char* name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? std::string() : found->second;
}

std::string form(std::initializer_list<std::pair<const char*, std::string>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, http::percent_encoded(value));
  }
  return text;
}

const Challenge* find_scheme(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::ranges::find(challenges, scheme, &Challenge::scheme);
  return found == challenges.end() ? nullptr : &*found;
}

std::string header(const http::Response& response, std::string_view name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? std::string() : found->second;
}

std::string limit_text(const http::Response& response) {
  const std::string wait = header(response, "retry-after");
  const bool seconds = !wait.empty() && wait.find_first_not_of("0123456789") == std::string::npos;
  std::string text = "It answers that there were too many requests (status 429).";
  if (!wait.empty())
    text +=
        seconds ? fmt::format(" It asks to wait {} seconds.", wait) : fmt::format(" It asks to wait until {}.", wait);
  return text;
}

}  // namespace

bool is_loopback(std::string_view host) {
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

RegistryError read_registry_error(const http::Response& response) {
  const Json document = Json::parse(response.body, nullptr, false);
  RegistryError error{.code = {}, .message = fmt::format("It answers with status {}.", response.status)};
  const Json& errors = json::at(document, {"errors"});
  if (!errors.is_array() || errors.empty()) return error;
  error.code = text_at(errors.front(), {"code"});
  const std::string message = text_at(errors.front(), {"message"});
  if (!message.empty()) error.message = message;
  return error;
}

Result<http::Response> Client::ask(const Question& question) {
  TRY(find_base(question));
  const std::string url = base_ + question.path;
  for (bool again = true;; again = false) {
    http::Response response = TRY(send(question, url, authorizations_[question.repository]));
    if (response.status == 401 && again) {
      TRY(authorize(question, response));
      continue;
    }
    return follow(question, std::move(response), url);
  }
}

Result<http::Response> Client::follow(const Question& question, http::Response response, std::string url) {
  for (int left = most_redirections; response.status >= 300 && response.status < 400; --left) {
    const std::string target = header(response, "location");
    const std::string next = target.starts_with('/') ? std::string(origin_of(url)) + target : target;
    if (left == 0 || !is_safe(next)) {
      return failure("registry-answer", question.doing,
                     left == 0 ? "It redirects in a circle." : fmt::format("It redirects to \"{}\".", origin_of(next)));
    }
    const bool same = origin_of(next) == base_;
    url = next;
    response = TRY(send(question, url, same ? authorizations_[question.repository] : std::string()));
  }
  if (response.status < 300 || response.status == 404) return response;
  if (response.status == 401 || response.status == 403) return denied(question, read_registry_error(response).message);
  if (response.status == 429)
    return failure("registry-limit", question.doing, limit_text(response),
                   "Wait, or log in, which raises the limit of many registries: docker login");
  return failure("registry-answer", question.doing, read_registry_error(response).message);
}

std::string Client::own_path(std::string_view reference) const {
  if (reference.starts_with('/') && !reference.starts_with("//")) return std::string(reference);
  const std::string_view origin = origin_of(reference);
  if (origin.empty() || host_of(reference) != host_of(base_)) return {};
  return std::string(reference.substr(origin.size()));
}

/// A registry of this machine may speak either: what answers there says which, as an engine finds out.
Result<void> Client::find_base(const Question& question) {
  if (!base_.empty()) return {};
  if (!is_loopback(host_)) {
    tls_ = trust_of(host_);
    base_ = "https://" + (host_ == "docker.io" ? "registry-1.docker.io" : host_);
    return {};
  }
  tls_.verify = false;
  const Question ping{.path = "/v2/", .repository = {}, .doing = question.doing, .accept = {}};
  const auto encrypted = send(ping, "https://" + host_ + ping.path, {});
  if (!encrypted && encrypted.error().id != "registry-tls") return std::unexpected(encrypted.error());
  base_ = (encrypted ? "https://" : "http://") + host_;
  return {};
}

Result<http::Response> Client::send(const Question& question, const std::string& url,
                                    const std::string& authorization) {
  http::Request request{.method = question.method, .url = url};
  if (!question.accept.empty()) request.headers.push_back("Accept: " + question.accept);
  if (!authorization.empty()) request.headers.push_back("Authorization: " + authorization);
  request.patience = patience;
  request.largest_body = question.largest_body;
  request.direct = is_loopback(host_of(url));
  if (host_of(url) == host_of(base_) || base_.empty()) request.tls = tls_;
  auto response = transport_->send(request);
  if (!response) return explained(std::move(response).error(), question.doing);
  return response;
}

Result<void> Client::authorize(const Question& question, const http::Response& response) {
  const std::vector<Challenge> challenges = read_challenges(header(response, "www-authenticate"));
  std::string& authorization = authorizations_[question.repository];
  if (const Challenge* bearer = find_scheme(challenges, "bearer")) {
    authorization = "Bearer " + TRY(token(question, *bearer));
    return {};
  }
  if (find_scheme(challenges, "basic") == nullptr)
    return failure("registry-answer", question.doing, "It lets nobody in, and does not say how to be let in.");
  const std::string wanted = credentials_.user.empty() ? std::string() : basic(credentials_);
  if (wanted.empty() || authorization == wanted) return denied(question, read_registry_error(response).message);
  authorization = wanted;
  return {};
}

Result<http::Request> Client::token_request(const Question& question, const Challenge& challenge) const {
  const std::string realm = parameter(challenge, "realm");
  if (!is_safe(realm)) {
    return failure("registry-answer", question.doing,
                   fmt::format("It wants to be shown a token of \"{}\", which cannot be asked safely.", realm));
  }
  const std::string service = parameter(challenge, "service");
  std::string scope = parameter(challenge, "scope");
  if (scope.empty() && !question.repository.empty()) scope = fmt::format("repository:{}:pull", question.repository);
  http::Request request{.url = realm};
  if (!credentials_.identity_token.empty()) {
    request.method = "POST";
    request.headers.emplace_back("Content-Type: application/x-www-form-urlencoded");
    request.body = form({{"grant_type", "refresh_token"},
                         {"service", service},
                         {"scope", scope},
                         {"client_id", "liftlock"},
                         {"refresh_token", credentials_.identity_token}});
    return request;
  }
  if (!credentials_.user.empty()) request.headers.push_back("Authorization: " + basic(credentials_));
  const std::string query = form({{"service", service}, {"scope", scope}});
  request.url += (realm.find('?') == std::string::npos ? "?" : "&") + query;
  return request;
}

Result<std::string> Client::token(const Question& question, const Challenge& challenge) {
  http::Request request = TRY(token_request(question, challenge));
  request.patience = patience;
  request.largest_body = 1UL << 20UL;
  request.direct = is_loopback(host_of(request.url));
  if (host_of(request.url) == host_of(base_)) request.tls = tls_;
  auto response = transport_->send(request);
  if (!response) return explained(std::move(response).error(), question.doing);
  if (response->status == 429) return failure("registry-limit", question.doing, limit_text(*response), "Wait.");
  if (response->status >= 400 && response->status < 500)
    return denied(question, read_registry_error(*response).message);
  const Json document = Json::parse(response->body, nullptr, false);
  std::string token = text_at(document, {"token"});
  if (token.empty()) token = text_at(document, {"access_token"});
  // What is no token could end the header and begin another.
  const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (response->status >= 300 || token.empty() || !printable) {
    return failure("registry-answer", question.doing,
                   fmt::format("{} gives no token (status {}).", host_of(request.url), response->status));
  }
  return token;
}

std::unexpected<Error> Client::denied(const Question& question, std::string what) const {
  const std::string login = host_ == "docker.io" ? "docker login" : fmt::format("docker login {}", host_);
  const std::string_view shown = credentials_.empty() ? "no credentials were shown" : "the credentials were shown";
  return failure(
      "registry-denied", question.doing, fmt::format("The registry says: {} ({})", what, shown),
      fmt::format("Many registries also say so of a repository that is not there. Where it is private:\n    {}",
                  login));
}

std::unexpected<Error> Client::explained(Error error, std::string_view doing) const {
  if (error.id == "http-library") return std::unexpected(std::move(error));
  const bool trust = error.id == "http-tls";
  error.id = trust ? "registry-tls" : "registry-unreachable";
  error.doing = doing;
  error.state = "Nothing was changed.";
  if (trust) {
    error.next = fmt::format(
        "Where the registry is yours, put the authority's certificate where engines look for it, too:\n"
        "    /etc/docker/certs.d/{}/ca.crt",
        host_);
  } else {
    error.next = "Look at the network, and at https_proxy and no_proxy.";
  }
  return std::unexpected(std::move(error));
}

}  // namespace liftlock::registry
