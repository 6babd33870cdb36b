#include "base/companion.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <tuple>
#include <utility>

namespace liftlock::process {

namespace {

[[noreturn]] void be_the_companion(pid_t parent, const std::function<void()>& work) {
  constexpr unsigned int first_of_ours = 3;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before that
  for (const int number : {SIGINT, SIGHUP, SIGPIPE}) std::ignore = std::signal(number, SIG_IGN);
  std::ignore = std::signal(SIGTERM, SIG_DFL);
  ::close_range(first_of_ours, ~0U, 0);
  try {
    work();
  } catch (const std::exception&) {
    ::_exit(1);
  }
  ::_exit(0);  // no destructors: what they would end is the parent's
}

}  // namespace

Result<Companion> Companion::start(const std::function<void()>& work) {
  std::fflush(nullptr);  // or it would write our buffers once more
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return failure("companion-start", "Starting a process", std::strerror(errno));
  if (child == 0) be_the_companion(parent, work);
  return Companion(child);
}

Companion::Companion(Companion&& other) noexcept : child_(std::exchange(other.child_, 0)) {}

Companion::~Companion() {
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace liftlock::process
