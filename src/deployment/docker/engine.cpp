#include "deployment/docker/engine.hpp"

#include <fmt/core.h>

#include <compare>
#include <cstdio>
#include <tuple>
#include <utility>

#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::text_at;

/// A version of the API.
struct ApiVersion {
  int major = 0;
  int minor = 0;
  friend auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};
constexpr ApiVersion oldest{1, 24};  // Docker 1.12; what is asked for here is in it
constexpr ApiVersion newest{1, 56};  // Docker 29.8

std::optional<ApiVersion> parse(const std::string& text) {
  ApiVersion version;
  if (std::sscanf(text.c_str(), "%d.%d", &version.major, &version.minor) != 2) return std::nullopt;
  return version;
}

std::string text_of(const ApiVersion& version) { return fmt::format("{}.{}", version.major, version.minor); }

Error explained(Error error, std::string_view doing, const Endpoint& endpoint) {
  if (!error.id.starts_with("http-")) return error;  // of who gave what was to be sent
  const std::string reason = error.id.substr(4);
  error.id = "engine" + reason;
  error.doing = fmt::format("{} (container engine at {})", doing, endpoint.name);
  error.state = "Nothing was changed.";
  if (reason == "-unreachable") error.next = "Start the engine, or name another one in DOCKER_HOST.";
  if (reason == "-denied") error.next = "Run this as root, or as a member of the group that the socket belongs to.";
  if (reason == "-tls") error.next = "Look at DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem) and DOCKER_TLS_VERIFY.";
  return error;
}

/// Makes objects of lines of JSON. Ends at the first that says an error, or is none.
class JsonLines {
 public:
  explicit JsonLines(const std::function<void(const Json&)>& sink) : sink_(sink) {}
  std::optional<std::string> error = {};

  [[nodiscard]] bool take(std::string_view piece) {
    begun_ += piece;
    std::size_t from = 0;
    for (std::size_t end = 0; !error && (end = begun_.find('\n', from)) != std::string::npos; from = end + 1)
      line(std::string_view(begun_).substr(from, end - from));
    begun_.erase(0, from);
    return !error;
  }
  void finish() {
    if (!error) line(begun_);
  }

 private:
  void line(std::string_view text) {
    if (text.find_first_not_of(" \r\t") == std::string_view::npos) return;
    const Json object = Json::parse(text, nullptr, false);
    if (object.is_discarded()) {
      error = fmt::format("What it answers is not JSON: {}", text.substr(0, 200));
    } else if (object.is_object() && object.contains("error")) {
      error = text_at(object, {"error"});
      if (error->empty()) error = "It says that there was an error, but not which.";
    } else {
      sink_(object);
    }
  }

  const std::function<void(const Json&)>& sink_;
  std::string begun_;
};

/// The engine's own words: {"message": "…"}, where it is not too old to say it so.
std::string words_of(const http::Response& response) {
  const std::string message = text_at(Json::parse(response.body, nullptr, false), {"message"});
  if (!message.empty()) return message;
  return response.body.empty() ? fmt::format("It answers with status {}.", response.status) : response.body;
}

}  // namespace

Result<Engine> Engine::connect(Endpoint endpoint, std::unique_ptr<http::Transport> transport) {
  Engine engine(std::move(endpoint), std::move(transport));
  TRY(engine.negotiate());
  return engine;
}

Result<void> Engine::negotiate() {
  constexpr const char* doing = "Asking for the engine's version";
  const std::optional<Json> answer = TRY(get("/version", doing));
  const auto highest = answer ? parse(text_at(*answer, {"ApiVersion"})) : std::nullopt;
  if (!highest) {
    return failure("engine-answer", fmt::format("{} (container engine at {})", doing, endpoint_.name),
                   "What answers there is no container engine.", "Look at DOCKER_HOST.");
  }
  const ApiVersion lowest = parse(text_at(*answer, {"MinAPIVersion"})).value_or(oldest);
  const ApiVersion agreed = std::min(*highest, newest);
  if (agreed < oldest || agreed < lowest) {
    return failure("engine-version", fmt::format("{} (container engine at {})", doing, endpoint_.name),
                   fmt::format("It speaks versions {} to {} of the API, this program {} to {}.", text_of(lowest),
                               text_of(*highest), text_of(oldest), text_of(newest)),
                   "Update the older of the two.");
  }
  api_version_ = text_of(agreed);
  oldest_api_version_ = text_of(lowest);
  newest_api_version_ = text_of(*highest);
  version_ = text_at(*answer, {"Version"});
  architecture_ = text_at(*answer, {"Arch"});
  product_ = "Docker Engine";
  const auto components = answer->find("Components");
  if (components != answer->end() && components->is_array() && !components->empty()) {
    const std::string name = text_at(components->front(), {"Name"});
    if (name.starts_with("Podman")) product_ = "Podman";
  }
  return {};
}

std::string Engine::description() const { return fmt::format("{} {} at {}", product_, version_, endpoint_.name); }

std::unexpected<Error> Engine::said_no(const http::Response& response, std::string_view doing) const {
  const char* id = "engine-error";
  if (response.status == 404) id = "engine-missing";
  if (response.status == 409) id = "engine-conflict";
  return failure(id, fmt::format("{} (container engine at {})", doing, endpoint_.name), words_of(response));
}

std::unexpected<Error> Engine::not_understood(std::string_view doing, std::string what) const {
  return failure("engine-answer", fmt::format("{} (container engine at {})", doing, endpoint_.name), std::move(what));
}

void Engine::address(http::Request& request, std::string_view path) const {
  request.url = endpoint_.base_url + (api_version_.empty() ? "" : "/v" + api_version_) + std::string(path);
  request.unix_socket = endpoint_.unix_socket;
  request.tls = endpoint_.tls;
}

Result<http::Response> Engine::ask(http::Request request, std::string_view path, std::string_view doing) {
  address(request, path);
  auto response = transport_->send(request);
  if (!response) return std::unexpected(explained(std::move(response).error(), doing, endpoint_));
  if (response->status >= 400 && response->status != 404) return said_no(*response, doing);
  return response;
}

Result<http::Response> Engine::order(http::Request request, std::string_view path, std::string_view doing) {
  auto response = ask(std::move(request), path, doing);
  if (!response) {
    response.error().state.clear();
    return response;
  }
  if (response->status == 404) return said_no(*response, doing);
  return response;
}

Result<std::optional<Json>> Engine::get(std::string_view path, std::string_view doing) {
  const http::Response response = TRY(ask({}, path, doing));
  if (response.status == 404) return std::nullopt;
  Json document = Json::parse(response.body, nullptr, false);
  if (document.is_discarded()) return not_understood(doing, "The answer is not JSON.");
  return document;
}

Result<std::optional<Json>> Engine::get_as(const std::string& version, std::string_view path, std::string_view doing) {
  const auto wanted = parse(version);
  if (!wanted || *wanted < parse(oldest_api_version_) || parse(newest_api_version_) < *wanted) return std::nullopt;
  const std::string agreed = std::exchange(api_version_, version);
  auto answer = get(path, doing);
  api_version_ = agreed;
  return answer;
}

Result<std::optional<std::string>> Engine::header(std::string_view path, std::string_view name,
                                                  std::string_view doing) {
  const http::Response response = TRY(ask({.method = "HEAD"}, path, doing));
  if (response.status == 404) return std::nullopt;
  const auto found = response.headers.find(name);
  if (found == response.headers.end()) return not_understood(doing, fmt::format("The header {} is missing.", name));
  return found->second;
}

Result<bool> Engine::stream(std::string_view path, std::string_view doing,
                            const std::function<bool(std::string_view)>& sink, const Waiting& waiting) {
  const http::Response response =
      TRY(ask({.patience = waiting.patience, .cancelled = waiting.cancelled, .sink = sink}, path, doing));
  return response.status != 404;
}

Result<Json> Engine::post(std::string_view path, std::string_view doing, const Json& body, const Waiting& waiting) {
  const http::Response response = TRY(order({.method = "POST",
                                             .headers = {"Content-Type: application/json"},
                                             .body = body.is_null() ? std::string() : body.dump(),
                                             .patience = waiting.patience,
                                             .cancelled = waiting.cancelled},
                                            path, doing));
  if (response.body.empty() || response.body == "OK\n" || response.body == "OK") return Json();  // Podman says so
  Json document = Json::parse(response.body, nullptr, false);
  if (document.is_discarded()) return not_understood(doing, "The answer is not JSON.");
  return document;
}

Result<void> Engine::post_stream(std::string_view path, std::string_view doing,
                                 const std::function<void(const Json&)>& sink, const Waiting& waiting,
                                 std::vector<std::string> headers) {
  JsonLines lines(sink);
  std::ignore = TRY(order({.method = "POST",
                           .headers = std::move(headers),
                           .patience = waiting.patience,
                           .cancelled = waiting.cancelled,
                           .sink = [&](std::string_view piece) { return lines.take(piece); }},
                          path, doing));
  lines.finish();
  if (!lines.error) return {};
  return failure("engine-error", fmt::format("{} (container engine at {})", doing, endpoint_.name),
                 *std::move(lines.error));
}

Result<void> Engine::put_archive(std::string_view path, std::string_view doing,
                                 const std::function<Result<std::size_t>(std::span<char>)>& source,
                                 const Waiting& waiting) {
  std::ignore = TRY(order({.method = "PUT",
                           .headers = {"Content-Type: application/x-tar"},
                           .source = source,
                           .patience = waiting.patience,
                           .cancelled = waiting.cancelled},
                          path, doing));
  return {};
}

Result<http::Stream> Engine::open_stream(std::string_view path, std::string_view doing, bool both_ways) {
  http::Request request{.method = "POST"};
  if (both_ways) request.headers = {"Connection: Upgrade", "Upgrade: tcp"};
  address(request, path);
  auto stream = http::Stream::open(request);
  if (!stream) return std::unexpected(explained(std::move(stream).error(), doing, endpoint_));
  if (stream->status() < 400) return stream;
  http::Response refused{.status = stream->status(), .headers = {}, .body = {}};
  constexpr std::size_t enough = 4096;
  while (!both_ways && refused.body.size() < enough) {
    const auto piece = stream->receive();
    if (!piece || !*piece) break;
    refused.body += **piece;
  }
  return said_no(refused, doing);
}

Result<bool> Engine::remove(std::string_view path, std::string_view doing, const Waiting& waiting) {
  auto response = ask({.method = "DELETE", .patience = waiting.patience, .cancelled = waiting.cancelled}, path, doing);
  if (!response) {
    response.error().state.clear();
    return std::unexpected(std::move(response).error());
  }
  return response->status != 404;
}

}  // namespace liftlock::deployment::docker
