#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "base/fault.hpp"

namespace liftlock::fault {

namespace {

/// One count for the program and the processes that it forks.
long* shared_counter() {
  void* memory = ::mmap(nullptr, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return static_cast<long*>(memory);
}

struct Trap {
  enum class Action { none, kill, interrupt, fail, no_space, count } action = Action::none;
  std::string name;  // empty: every point
  long at = 0;
  std::FILE* log = nullptr;
  pid_t program = ::getpid();
  long* passed = shared_counter();
};

Trap read_trap() {
  Trap trap;
  const char* variable = std::getenv("LIFTLOCK_FAULT");
  if (variable == nullptr) return trap;
  std::string_view text = variable;
  if (text.starts_with("count:")) {
    trap.log = std::fopen(variable + std::strlen("count:"), "ae");
    if (trap.log != nullptr) trap.action = Trap::Action::count;
    return trap;
  }
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) std::abort();  // a misspelt trap must not pass for a test
  trap.at = std::atol(variable + at + 1);
  std::string_view action = text.substr(0, at);
  if (const auto open = action.find('('); open != std::string_view::npos) {
    trap.name = std::string(action.substr(open + 1, action.size() - open - 2));
    action = action.substr(0, open);
  }
  if (action == "kill")
    trap.action = Trap::Action::kill;
  else if (action == "interrupt")
    trap.action = Trap::Action::interrupt;
  else if (action == "fail")
    trap.action = Trap::Action::fail;
  else if (action == "no-space")
    trap.action = Trap::Action::no_space;
  else
    std::abort();
  return trap;
}

}  // namespace

Verdict point(const char* name) {
  static Trap trap = read_trap();
  if (trap.action == Trap::Action::none) return Verdict::go_on;
  if (trap.action == Trap::Action::count) {
    std::fprintf(trap.log, "%s\n", name);
    std::fflush(trap.log);
    return Verdict::go_on;
  }
  if (!trap.name.empty() && trap.name != name) return Verdict::go_on;
  if (__atomic_add_fetch(trap.passed, 1, __ATOMIC_SEQ_CST) != trap.at) return Verdict::go_on;
  switch (trap.action) {
    case Trap::Action::kill:
      if (::getpid() != trap.program) ::kill(trap.program, SIGKILL);  // all of the program goes at once
      std::raise(SIGKILL);
      break;
    case Trap::Action::interrupt:
      ::kill(0, SIGINT);  // the whole process group, as a terminal does
      break;
    case Trap::Action::fail:
      return Verdict::fail;
    case Trap::Action::no_space:
      return Verdict::no_space;
    default:
      break;
  }
  return Verdict::go_on;
}

}  // namespace liftlock::fault
