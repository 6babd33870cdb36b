#include <unistd.h>

#include <cstdlib>

#include "deployment/deployment.hpp"

namespace liftlock::deployment {

namespace fs = std::filesystem;

Result<fs::path> home_folder() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
  if (const std::string home = variable("LIFTLOCK_HOME"); !home.empty()) return fs::absolute(home).lexically_normal();
  if (::geteuid() == 0) return fs::path("/var/lib/liftlock");
  // The XDG specification tells programs to ignore relative paths here.
  if (const fs::path state = variable("XDG_STATE_HOME"); state.is_absolute()) return state / "liftlock";
  if (const fs::path home = variable("HOME"); home.is_absolute()) return home / ".local/state/liftlock";
  return failure("home-unknown", "Looking for the folder where Liftlock keeps its state",
                 "Neither LIFTLOCK_HOME nor XDG_STATE_HOME nor HOME is set.",
                 "Set LIFTLOCK_HOME to a folder that only you can read.");
}

}  // namespace liftlock::deployment
