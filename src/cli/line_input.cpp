#include "cli/line_input.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/interrupt.hpp"

namespace liftlock::cli {

namespace {

/// Holds interrupts back, so that none can come between asking whether there was one and waiting.
class HeldBack {
 public:
  HeldBack() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, &before_);
  }
  HeldBack(const HeldBack&) = delete;
  HeldBack& operator=(const HeldBack&) = delete;
  ~HeldBack() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  /// Waits for input, and for what is held back meanwhile.
  void wait() const {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    ppoll(&input, 1, nullptr, &before_);
  }

 private:
  sigset_t before_{};
};

}  // namespace

Heard read_line(std::string& line) {
  const WhileInterrupt quietly(Interrupt::answers);
  const HeldBack held;
  line.clear();
  while (true) {
    held.wait();
    if (interrupted()) return Heard::interrupted;
    char byte = 0;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return Heard::end;
    if (byte == '\n') return Heard::line;
    line.push_back(byte);
  }
}

}  // namespace liftlock::cli
