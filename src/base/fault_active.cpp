#include "base/fault.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace liftlock::fault {

namespace {

struct Trap {
  enum class Action { none, kill, fail, no_space, count } action = Action::none;
  std::string name;  // empty: every point
  long at = 0;
  std::FILE* log = nullptr;
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
  if (action == "kill") trap.action = Trap::Action::kill;
  else if (action == "fail") trap.action = Trap::Action::fail;
  else if (action == "no-space") trap.action = Trap::Action::no_space;
  else std::abort();
  return trap;
}

}  // namespace

Verdict point(const char* name) {
  static Trap trap = read_trap();
  static long passed = 0;
  if (trap.action == Trap::Action::none) return Verdict::go_on;
  if (trap.action == Trap::Action::count) {
    std::fprintf(trap.log, "%s\n", name);
    std::fflush(trap.log);
    return Verdict::go_on;
  }
  if (!trap.name.empty() && trap.name != name) return Verdict::go_on;
  if (++passed != trap.at) return Verdict::go_on;
  switch (trap.action) {
    case Trap::Action::kill: std::raise(SIGKILL); break;
    case Trap::Action::fail: return Verdict::fail;
    case Trap::Action::no_space: return Verdict::no_space;
    default: break;
  }
  return Verdict::go_on;
}

}  // namespace liftlock::fault
