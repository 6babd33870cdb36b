#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "deployment/docker/engine.hpp"

namespace liftlock::deployment::docker {

/// What a transport answers: to a sink piece by piece, and then perhaps with the loss of the connection.
struct Answer {
  Result<http::Response> response;
  std::vector<std::string> pieces = {};
  bool lost = false;
};

/// Gives the prepared answers, one after the other, and notes what was asked.
class Answers final : public http::Transport {
 public:
  Answers(std::vector<Answer> answers, std::vector<http::Request>& asked)
      : answers_(std::move(answers)), asked_(asked) {}
  Result<http::Response> send(const http::Request& request) override {
    asked_.push_back(request);
    Answer& answer = answers_.at(next_++);
    if (answer.response && answer.response->status < 300 && request.sink) {
      for (const std::string& piece : answer.pieces) {
        if (request.cancelled && request.cancelled())
          return std::unexpected(Error{ErrorKind::cancelled, "http-cancelled", {}, "stopped", {}, {}});
        if (!request.sink(piece)) return answer.response;
      }
    }
    if (answer.lost) return failure("http-failed", {}, "transfer closed with outstanding read data remaining");
    return std::move(answer.response);
  }

 private:
  std::vector<Answer> answers_;
  std::vector<http::Request>& asked_;
  std::size_t next_ = 0;
};

inline http::Response response(int status, std::string body = {}) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

/// An engine of API 1.41 at "unix:///s" that gives these answers.
inline Engine fake_engine(std::vector<Answer> answers, std::vector<http::Request>& asked) {
  answers.insert(answers.begin(), {response(200, R"({"Version":"20.10","ApiVersion":"1.41","MinAPIVersion":"1.12"})")});
  const Endpoint local{.name = "unix:///s", .base_url = "http://localhost", .unix_socket = "/s", .tls = {}};
  auto engine = Engine::connect(local, std::make_unique<Answers>(std::move(answers), asked));
  asked.clear();
  return *std::move(engine);
}

}  // namespace liftlock::deployment::docker
