#include "cli/interrupt.hpp"

#include <unistd.h>

#include <csignal>
#include <string_view>
#include <tuple>

namespace liftlock::cli {

namespace {

volatile std::sig_atomic_t requests = 0;

void say(std::string_view text) { std::ignore = ::write(STDERR_FILENO, text.data(), text.size()); }

void on_interrupt(int) {
  requests = requests + 1;
  if (requests == 1) {
    say("\nStopping at the next safe place. Press Ctrl-C again to leave at once; `liftlock resume` then tidies up.\n");
    return;
  }
  _exit(130);
}

}  // namespace

void watch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return requests > 0; }

}  // namespace liftlock::cli
