#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "base/http_stream.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Takes one connection, answers it with some bytes as soon as a request's end has come, and holds it until told.
class OneAnswer {
 public:
  OneAnswer(std::string end, std::string answer, bool hold = false)
      : end_(std::move(end)), answer_(std::move(answer)), hold_(hold) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path().c_str());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    thread_ = std::thread([this] { serve(); });
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    wait();
    ::close(listener_);
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "s"; }
  void wait() {
    if (thread_.joinable()) thread_.join();
  }
  std::string asked;  ///< after wait()

 private:
  void serve() {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    char buffer[4096];
    const auto receive = [&] { return ::recv(connection, buffer, sizeof buffer, 0); };
    for (ssize_t count = 0; !asked.ends_with(end_) && (count = receive()) > 0;)
      asked.append(buffer, static_cast<std::size_t>(count));
    const ssize_t sent = ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    EXPECT_TRUE(sent == static_cast<ssize_t>(answer_.size()) || !asked.ends_with(end_));
    while (hold_ && receive() > 0) continue;
    ::close(connection);
  }

  testing::TemporaryDirectory folder_;
  std::string end_, answer_;
  bool hold_;
  int listener_ = -1;
  std::thread thread_;
};

constexpr const char* done = "HTTP/1.1 204 No Content\r\n\r\n";

Result<Response> send(Request request, const OneAnswer& server) {
  auto transport = make_transport();
  request.url = "http://localhost/x";
  request.unix_socket = server.path();
  return (*transport)->send(request);
}

TEST(Http, ABodyIsReadWhileItIsSent) {
  OneAnswer server("\r\n0\r\n\r\n", done);
  int left = 3;
  const auto source = [&](std::span<char> buffer) -> Result<std::size_t> {
    if (left-- == 0) return 0;
    std::fill_n(buffer.begin(), 5, static_cast<char>('a' + left));
    return 5;
  };
  const auto response =
      send({.method = "PUT", .headers = {"Content-Type: application/x-tar"}, .source = source}, server);
  ASSERT_TRUE(response) << response.error().what;
  EXPECT_EQ(response->status, 204);
  server.wait();
  EXPECT_THAT(server.asked, ::testing::StartsWith("PUT /x HTTP/1.1\r\n"));
  EXPECT_THAT(server.asked, HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_THAT(server.asked, HasSubstr("ccccc\r\n5\r\nbbbbb\r\n5\r\naaaaa\r\n0\r\n"));
  EXPECT_THAT(server.asked, ::testing::Not(HasSubstr("Expect")));
}

TEST(Http, ABodyThatCannotBeReadIsNotSentAsIfItWereWhole) {
  OneAnswer server("never", done);
  bool first = true;
  const auto source = [&](std::span<char>) -> Result<std::size_t> {
    if (std::exchange(first, false)) return 5;
    return failure("file-error", "Reading it", "It is gone.");
  };
  const auto response = send({.method = "PUT", .source = source}, server);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().id, "file-error");
  server.wait();
  EXPECT_THAT(server.asked, ::testing::Not(HasSubstr("\r\n0\r\n")));
}

TEST(Http, APostWithoutBodySaysSo) {
  OneAnswer server("\r\n\r\n", done);
  ASSERT_TRUE(send({.method = "POST"}, server));
  server.wait();
  EXPECT_THAT(server.asked, HasSubstr("Content-Length: 0\r\n"));
}

Result<Stream> open_stream(Request request, const OneAnswer& server) {
  request.url = "http://localhost/x";
  request.unix_socket = server.path();
  return Stream::open(request);
}

/// All of it.
std::string rest_of(Stream& stream) {
  std::string text;
  while (true) {
    const auto piece = stream.receive();
    if (!piece || !*piece) return text;
    text += **piece;
  }
}

TEST(HttpStream, AnAnswerIsReadAsItComes) {
  OneAnswer server("\r\n\r\n", "HTTP/1.0 200 OK\r\nA: b\r\n\r\n{\"StatusCode\":0}\n");
  auto stream = open_stream({.method = "POST"}, server);
  ASSERT_TRUE(stream) << stream.error().what;
  EXPECT_EQ(stream->status(), 200);
  EXPECT_EQ(rest_of(*stream), "{\"StatusCode\":0}\n");
  server.wait();
  EXPECT_THAT(server.asked, ::testing::StartsWith("POST /x HTTP/1.0\r\n"));
}

TEST(HttpStream, AnUpgradedOneGoesBothWays) {
  OneAnswer server("typed\n", "HTTP/1.1 101 UPGRADED\r\n\r\nseen");
  const Request request{.method = "POST", .headers = {"Connection: Upgrade", "Upgrade: tcp"}, .body = "typed\n"};
  auto stream = open_stream(request, server);
  ASSERT_TRUE(stream) << stream.error().what;
  EXPECT_EQ(stream->status(), 101);
  EXPECT_EQ(rest_of(*stream), "seen");
  server.wait();
  EXPECT_THAT(server.asked, ::testing::StartsWith("POST /x HTTP/1.1\r\n"));
  EXPECT_THAT(server.asked, HasSubstr("Upgrade: tcp\r\n"));
}

TEST(HttpStream, OneThatIsClosedBeforeAnAnswerIsAnError) {
  OneAnswer server("\r\n\r\n", "HTTP/1.1 20");
  const auto stream = open_stream({.method = "POST"}, server);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().id, "http-failed");
}

TEST(HttpStream, WhereNobodyListensIsSaid) {
  const auto stream = Stream::open({.url = "http://localhost/x", .unix_socket = "/nowhere/s"});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().id, "http-unreachable");
}

TEST(Http, ATransferCanBeStoppedWhileNothingComes) {
  OneAnswer server("\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true);
  const auto start = std::chrono::steady_clock::now();
  std::string seen;
  const auto response = send({.patience = 0s,
                              .cancelled = [&] { return std::chrono::steady_clock::now() > start + 200ms; },
                              .sink =
                                  [&](std::string_view piece) {
                                    seen += piece;
                                    return true;
                                  }},
                             server);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(seen, "abc");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Http, SilenceAndCutOffAnswersAreErrors) {
  OneAnswer silent("\r\n\r\n", "", true);
  EXPECT_EQ(send({.patience = 1s}, silent).error().id, "http-timeout");
  OneAnswer cut("\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_EQ(send({}, cut).error().id, "http-failed");
}

}  // namespace
}  // namespace liftlock::http
