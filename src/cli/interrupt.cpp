#include "cli/interrupt.hpp"

#include <unistd.h>

#include <csignal>
#include <string_view>
#include <tuple>
#include <utility>

namespace liftlock::cli {

namespace {

volatile std::sig_atomic_t requests = 0;
volatile std::sig_atomic_t terminations = 0;
volatile Interrupt meaning_now = Interrupt::stops_work;

void say(std::string_view text) { std::ignore = ::write(STDERR_FILENO, text.data(), text.size()); }

void on_interrupt(int signal) {
  requests = requests + 1;
  if (signal == SIGTERM) terminations = terminations + 1;
  if (meaning_now == Interrupt::answers) return;
  if (requests > 1) _exit(130);
  if (meaning_now == Interrupt::ends_looking) {
    say("\nPress Ctrl-C again to leave Liftlock. Nothing is being changed.\n");
  } else {
    say("\nStopping at the next safe place. Press Ctrl-C again to leave at once; `liftlock resume` then tidies up.\n");
  }
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

bool told_to_end() { return terminations > 0; }

void forget_interrupts() { requests = 0; }

WhileInterrupt::WhileInterrupt(Interrupt meaning) : before_(meaning_now) { meaning_now = meaning; }

WhileInterrupt::~WhileInterrupt() { meaning_now = before_; }

}  // namespace liftlock::cli
