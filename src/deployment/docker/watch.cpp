#include "deployment/docker/watch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "base/format.hpp"
#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int lines_shown = 12;
constexpr std::chrono::milliseconds pause_between{100};
constexpr std::chrono::milliseconds log_every{1000};
/// So long a program that the engine calls healthy is asked at its own addresses before the engine's word is taken.
constexpr std::chrono::seconds own_answer{10};

using json::at;
using json::text_at;

/// The port that start.sh serves.
std::string port_of(const Json& inspected) {
  std::string port = "8080";
  for (const std::string& text : json::texts_at(inspected, {"Config", "Env"})) {
    if (text.starts_with("PORT=") && text.size() > 5) port = text.substr(5);
  }
  return port;
}

std::string url(const std::string& host, const std::string& port) {
  return host.find(':') == std::string::npos ? fmt::format("http://{}:{}", host, port)
                                             : fmt::format("http://[{}]:{}", host, port);
}

std::string reachable(const std::string& host_ip, bool local, const std::string& engine_host) {
  const bool any = host_ip.empty() || host_ip == "0.0.0.0" || host_ip == "::";
  if (!any) return host_ip;
  return local ? "127.0.0.1" : engine_host;
}

void add(std::vector<std::string>& addresses, std::string address) {
  for (const std::string& known : addresses) {
    if (known == address) return;
  }
  addresses.push_back(std::move(address));
}

std::string indented(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n    " + line;
  return text;
}

/// The last that it has written but for answers to how it is, which say nothing and go on for ever.
Result<std::vector<std::string>> own_lines(Engine& engine, const Container& container) {
  constexpr int looked_at = 300;  // it is asked some twenty times a second
  auto lines = TRY(last_lines(engine, container, looked_at));
  std::erase_if(lines, notes_a_question);
  if (lines.size() > lines_shown) lines.erase(lines.begin(), lines.end() - lines_shown);
  return lines;
}

class Waiter {
 public:
  Waiter(Engine& engine, http::Transport& transport, const WatchRequest& request, const Watch& watch)
      : engine_(engine), transport_(transport), request_(request), watch_(watch), moved_(Clock::now()) {}

  Result<Answer> run() {
    while (true) {
      const Container container = TRY(need(engine_, request_.id));
      if (!container.running) return ended(container);
      if (container.restarts > 0 && engine_.is_podman()) return ended(container);
      if (container.status + container.health != seen_) moved(seen_ = container.status + container.health);
      if (const auto answer = TRY(asked(container))) {
        TRY(refuse_migration_errors(container));
        return *answer;
      }
      TRY(look_at_log(container));
      if (watch_.progress != nullptr && watch_.progress->cancelled()) return cancelled(container);
      if (Clock::now() - moved_ > watch_.patience) return timed_out(container);
      std::this_thread::sleep_for(pause_between);
    }
  }

 private:
  Result<std::optional<Answer>> asked(const Container& container) {
    const auto addresses = addresses_of(container.inspected, request_.local, request_.engine_host);
    auto answer = ask(transport_, addresses);
    if (!answer) return by_health_check(container);
    if (request_.version.empty() || answer->version == request_.version) return answer;
    return wrong_version(container, *answer);
  }

  std::optional<Answer> by_health_check(const Container& container) {
    if (container.health != "healthy") healthy_since_ = Clock::time_point::max();
    if (container.health != "healthy") return std::nullopt;
    if (healthy_since_ == Clock::time_point::max()) healthy_since_ = Clock::now();
    const bool own = !addresses_of(container.inspected, request_.local, request_.engine_host).empty();
    if (own && Clock::now() - healthy_since_ < own_answer) return std::nullopt;
    return Answer{"the engine's health check", {}};
  }

  Result<void> look_at_log(const Container& container) {
    if (Clock::now() - log_looked_at_ < log_every) return {};
    log_looked_at_ = Clock::now();
    if (request_.each_second) request_.each_second(container);
    const std::string text = indented(TRY(own_lines(engine_, container)));
    if (text != log_) moved(log_ = text);
    return {};
  }

  void moved(const std::string&) { moved_ = Clock::now(); }

  Result<void> refuse_migration_errors(const Container& container) {
    if (request_.version.empty()) return {};
    constexpr int most = 2000;
    const auto errors = migration_errors(TRY(last_lines(engine_, container, most)));
    if (errors.empty()) return {};
    return failure("migration-failed", doing(container),
                   "It answers, but its log says that its migration failed:" + indented(errors));
  }

  [[nodiscard]] static std::string doing(const Container& container) {
    return fmt::format("Waiting for the container {} to answer", container.name);
  }

  std::unexpected<Error> ended(const Container& container) {
    return failure("start-failed", doing(container), how_it_ended(container) + last_words(engine_, container));
  }

  std::unexpected<Error> wrong_version(const Container& container, const Answer& answer) {
    return failure("version-wrong", doing(container),
                   fmt::format("It answers as version {} instead of {}.", answer.version, request_.version));
  }

  std::unexpected<Error> timed_out(const Container& container) {
    return failure("start-timeout", doing(container),
                   fmt::format("For {} s it neither answered nor wrote anything new.{}", watch_.patience.count(),
                               last_words(engine_, container)),
                   "If it only needs longer, allow it with --timeout SECONDS.");
  }

  static std::unexpected<Error> cancelled(const Container& container) {
    return std::unexpected(Error{ErrorKind::cancelled, "cancelled", doing(container), "It was cancelled.", {}, {}});
  }

  Engine& engine_;
  http::Transport& transport_;
  const WatchRequest& request_;
  const Watch& watch_;
  Clock::time_point moved_;
  Clock::time_point healthy_since_ = Clock::time_point::max();
  Clock::time_point log_looked_at_{};
  std::string seen_;
  std::string log_;
};

}  // namespace

std::vector<std::string> migration_errors(const std::vector<std::string>& lines) {
  constexpr std::array signs = {"Can't locate revision identified by", "Error running migrations",
                                "Multiple head revisions are present"};
  std::vector<std::string> errors;
  for (const std::string& line : lines) {
    const auto says = [&](const char* sign) { return line.find(sign) != std::string::npos; };
    if (errors.size() < lines_shown && std::ranges::any_of(signs, says)) errors.push_back(line);
  }
  return errors;
}

bool notes_a_question(std::string_view line) {
  return line.find("GET /health ") != std::string_view::npos ||
         line.find("GET /api/version ") != std::string_view::npos;
}

std::string last_words(Engine& engine, const Container& container) {
  const auto lines = own_lines(engine, container);
  if (!lines || lines->empty()) return " It has written nothing.";
  return " The last lines that it wrote:" + indented(*lines);
}

std::string how_it_ended(const Container& container) {
  const bool again = container.running && !container.out_of_memory;
  if (again) return "It ended by itself, and was started again by its restart policy.";
  if (!container.out_of_memory) return fmt::format("It ended by itself, with exit status {}.", container.exit_code);
  const std::int64_t limit = json::number_at(container.inspected, {"HostConfig", "Memory"});
  if (limit <= 0) return "It was killed because it ran out of memory (OOM).";
  return fmt::format("It was killed because it ran out of memory (OOM): the container may have {}.",
                     format_bytes(static_cast<std::uint64_t>(limit)));
}

std::vector<std::string> addresses_of(const Json& inspected, bool local, const std::string& engine_host) {
  const std::string port = port_of(inspected);
  std::vector<std::string> addresses;
  for (const Json& binding : at(inspected, {"NetworkSettings", "Ports", (port + "/tcp").c_str()})) {
    const std::string published = text_at(binding, {"HostPort"});
    if (published.empty()) continue;
    add(addresses, url(reachable(text_at(binding, {"HostIp"}), local, engine_host), published));
  }
  if (text_at(inspected, {"HostConfig", "NetworkMode"}) == "host")
    add(addresses, url(local ? "127.0.0.1" : engine_host, port));
  if (!local) return addresses;
  for (const Json& network : at(inspected, {"NetworkSettings", "Networks"})) {
    if (const std::string ip = text_at(network, {"IPAddress"}); !ip.empty()) add(addresses, url(ip, port));
  }
  return addresses;
}

bool can_be_asked(const Container& container, bool local) {
  if (container.has_health_check) return true;
  const std::string mode = text_at(container.inspected, {"HostConfig", "NetworkMode"});
  if (mode == "none" || mode.starts_with("container:")) return false;
  return local || mode == "host" || !at(container.inspected, {"HostConfig", "PortBindings"}).empty();
}

std::optional<Answer> ask(http::Transport& transport, const std::vector<std::string>& addresses) {
  constexpr std::chrono::seconds patience{2};
  for (const std::string& address : addresses) {
    const auto health = transport.send({.url = address + "/health", .direct = true, .patience = patience});
    if (!health || health->status != 200) continue;
    const auto version = transport.send({.url = address + "/api/version", .direct = true, .patience = patience});
    if (!version || version->status != 200) continue;
    const std::string text = text_at(Json::parse(version->body, nullptr, false), {"version"});
    if (!text.empty()) return Answer{address, text};
  }
  return std::nullopt;
}

Result<Answer> wait_for_answer(Engine& engine, http::Transport& transport, const WatchRequest& request,
                               const Watch& watch) {
  return Waiter(engine, transport, request, watch).run();
}

}  // namespace liftlock::deployment::docker
