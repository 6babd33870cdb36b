#include "deployment/docker/attachment.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

constexpr const char* doing = "Working in a container";
constexpr int tick = 100;  // milliseconds

std::unexpected<Error> lost(std::string what) { return failure("attachment-lost", doing, std::move(what)); }

class Attachment {
 public:
  Attachment(Engine& engine, std::string id, const Company& company, http::Stream stream, http::Stream end)
      : engine_(engine),
        id_(std::move(id)),
        company_(company),
        stream_(std::move(stream)),
        end_(std::move(end)),
        frames_(company.output),
        input_(company.input) {}

  Result<int> stay() {
    while (TRY(take_output())) {
      wait(stream_, true);
      if (const auto signal = company_.signal()) TRY(send(*signal));
    }
    return exit_status();
  }

 private:
  /// Waits for more of `stream`, and passes on what is typed meanwhile.
  void wait(const http::Stream& stream, bool listens) {
    std::array<pollfd, 2> both = {pollfd{.fd = stream.descriptor(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = input_.value_or(-1), .events = POLLIN, .revents = 0}};
    if (::poll(both.data(), both.size(), tick) <= 0 || !listens) return;
    if (both[1].revents != 0) pass_on_input();
  }

  void pass_on_input() {
    // Whoever is in the background of a terminal would be stopped by reading from it.
    if (::tcgetpgrp(*input_) != ::getpgrp()) {
      ::usleep(tick * 1000);
      return;
    }
    std::array<char, 4096> typed{};
    const ssize_t count = ::read(*input_, typed.data(), typed.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    const std::string_view bytes =
        count > 0 ? std::string_view(typed.data(), static_cast<std::size_t>(count)) : std::string_view("\n");
    // A stream that is at its end shows that when it is read.
    if (count <= 0 || !stream_.send(bytes)) input_.reset();
    if (count <= 0) std::ignore = stream_.send(bytes);
  }

  /// False: it has ended.
  Result<bool> take_output() {
    while (true) {
      const auto piece = stream_.receive();
      if (!piece) return lost(piece.error().what);
      if (!*piece) return false;
      if ((*piece)->empty()) return true;
      std::ignore = frames_.take(**piece);  // who looks on does not decide when it ends
    }
  }

  Result<int> exit_status() {
    input_.reset();
    std::string text;
    while (true) {
      const auto piece = end_.receive();
      if (!piece) return lost(piece.error().what);
      if (!*piece) break;
      text += **piece;
      if ((*piece)->empty()) wait(end_, false);
    }
    const Json answer = Json::parse(text, nullptr, false);
    const Json& status = json::at(answer, {"StatusCode"});
    if (!status.is_number_integer()) return lost("The engine does not say how it ended.");
    return status.get<int>();
  }

  Result<void> send(const std::string& signal) {
    auto sent = engine_.post(fmt::format("/containers/{}/kill?signal={}", id_, signal), doing);
    const bool ended = !sent && (sent.error().id == "engine-missing" || sent.error().id == "engine-conflict");
    if (!sent && !ended) return std::unexpected(std::move(sent).error());
    return {};
  }

  Engine& engine_;
  std::string id_;
  const Company& company_;
  http::Stream stream_;
  http::Stream end_;
  Frames frames_;
  std::optional<int> input_;
};

}  // namespace

Result<int> run_attached(Engine& engine, const std::string& id, const Company& company) {
  // Both are asked for before it starts: it may end, and be gone, at once.
  auto stream = TRY(engine.open_stream(
      fmt::format("/containers/{}/attach?stream=1&stdout=1&stderr=1&stdin={:d}", id, company.input.has_value()), doing,
      true));
  auto end = TRY(engine.open_stream(fmt::format("/containers/{}/wait?condition=removed", id), doing, false));
  TRY(engine.post(fmt::format("/containers/{}/start", id), doing));
  return Attachment(engine, id, company, std::move(stream), std::move(end)).stay();
}

}  // namespace liftlock::deployment::docker
