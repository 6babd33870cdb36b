#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/http.hpp"
#include "base/http_stream.hpp"
#include "deployment/docker/endpoint.hpp"

namespace liftlock::deployment::docker {

using Json = nlohmann::json;

/// How long a request may take.
struct Waiting {
  std::chrono::seconds patience{30};     ///< for each wait for the next byte; zero: for ever
  std::function<bool()> cancelled = {};  ///< asked ten times a second; true ends it ("engine-cancelled")
};

/// The HTTP API of a container engine: Docker's, or Podman's compatible one.
/// https://docs.docker.com/reference/api/engine/
///
/// Errors: "engine-unreachable", "engine-denied" (its socket may not be used), "engine-tls", "engine-timeout",
/// "engine-cancelled" (of that kind), "engine-answer" where it cannot be understood, and with the engine's own words
/// "engine-missing" (404), "engine-conflict" (409) and "engine-error". Their state says nothing of what was changed
/// where something was to be: the caller knows.
class Engine {
 public:
  /// Agrees on the newest version of the API that both sides know. Errors: also "engine-version".
  [[nodiscard]] static Result<Engine> connect(Endpoint endpoint, std::unique_ptr<http::Transport> transport);

  [[nodiscard]] const std::string& api_version() const { return api_version_; }
  /// The newest that the engine knows; what is newer than api_version() is asked for with get_as() only.
  [[nodiscard]] const std::string& newest_api_version() const { return newest_api_version_; }
  /// Of the machine that it is on, as images name processors: "amd64"; empty where it does not say.
  [[nodiscard]] const std::string& architecture() const { return architecture_; }
  [[nodiscard]] bool is_podman() const { return product_ == "Podman"; }
  /// Whose commands it takes: "docker" or "podman".
  [[nodiscard]] const char* command() const { return is_podman() ? "podman" : "docker"; }
  /// For people: "Docker Engine 20.10.24 at unix:///var/run/docker.sock".
  [[nodiscard]] std::string description() const;

  /// The answer to GET of `path` ("/containers/json?all=1"). nullopt: the engine has no such thing.
  [[nodiscard]] Result<std::optional<Json>> get(std::string_view path, std::string_view doing);
  /// The same in another version of the API than the agreed one. nullopt also where the engine does not know that one.
  [[nodiscard]] Result<std::optional<Json>> get_as(const std::string& version, std::string_view path,
                                                   std::string_view doing);
  /// What HEAD of `path` says in the header `name`. nullopt: the engine has no such thing.
  [[nodiscard]] Result<std::optional<std::string>> header(std::string_view path, std::string_view name,
                                                          std::string_view doing);
  /// The body of GET of `path`, piece by piece; a sink that returns false ends it. False: the engine has no such thing.
  [[nodiscard]] Result<bool> stream(std::string_view path, std::string_view doing,
                                    const std::function<bool(std::string_view)>& sink, const Waiting& waiting = {});

  /// POST of `body` (null: none). The answer's JSON, or null where it has none. What is so already (304) is done.
  [[nodiscard]] Result<Json> post(std::string_view path, std::string_view doing, const Json& body = nullptr,
                                  const Waiting& waiting = {});
  /// POST whose answer comes as JSON, object by object, while it is being done. One with an "error" is an error of the
  /// engine's. `headers`: "Name: value".
  [[nodiscard]] Result<void> post_stream(std::string_view path, std::string_view doing,
                                         const std::function<void(const Json&)>& sink, const Waiting& waiting = {},
                                         std::vector<std::string> headers = {});
  /// PUT of a tar archive, which `source` gives as http::Request::source does.
  [[nodiscard]] Result<void> put_archive(std::string_view path, std::string_view doing,
                                         const std::function<Result<std::size_t>(std::span<char>)>& source,
                                         const Waiting& waiting = {});
  /// POST whose answer is read as it comes; `both_ways`: what is sent on that connection reaches whom it is about.
  [[nodiscard]] Result<http::Stream> open_stream(std::string_view path, std::string_view doing, bool both_ways);
  /// DELETE. False: there was no such thing.
  [[nodiscard]] Result<bool> remove(std::string_view path, std::string_view doing, const Waiting& waiting = {});

 private:
  Engine(Endpoint endpoint, std::unique_ptr<http::Transport> transport)
      : endpoint_(std::move(endpoint)), transport_(std::move(transport)) {}
  [[nodiscard]] Result<void> negotiate();
  void address(http::Request& request, std::string_view path) const;
  /// 404 is an answer.
  [[nodiscard]] Result<http::Response> ask(http::Request request, std::string_view path, std::string_view doing);
  /// 404 is an error; whatever goes wrong, nobody here knows what the engine has done before.
  [[nodiscard]] Result<http::Response> order(http::Request request, std::string_view path, std::string_view doing);
  [[nodiscard]] std::unexpected<Error> said_no(const http::Response& response, std::string_view doing) const;
  [[nodiscard]] std::unexpected<Error> not_understood(std::string_view doing, std::string what) const;

  Endpoint endpoint_;
  std::unique_ptr<http::Transport> transport_;
  std::string api_version_;  ///< "1.41"; empty until it is agreed on
  std::string oldest_api_version_;
  std::string newest_api_version_;
  std::string product_;  ///< "Docker Engine", "Podman"
  std::string version_;
  std::string architecture_;
};

}  // namespace liftlock::deployment::docker
