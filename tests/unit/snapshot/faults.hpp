#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "snapshot/world.hpp"

extern char** environ;

namespace liftlock::snapshot {

/// A trap is read once in a process's life: each trial is this test program again, running one disabled test.
class FaultWorld : public World {
 protected:
  /// The exit status, as waitpid gives it, of the disabled test `body` ("Suite.DISABLED_Name") under the trap.
  static int trial(const std::string& body, const std::string& trap, const std::filesystem::path& place) {
    ::setenv("LIFTLOCK_FAULT", trap.c_str(), 1);
    ::setenv("LIFTLOCK_TEST_PLACE", place.c_str(), 1);
    ::unsetenv("GTEST_TOTAL_SHARDS");  // or the child finds its one test to be another shard's
    ::unsetenv("GTEST_SHARD_INDEX");
    std::string filter = "--gtest_filter=" + body;
    std::string disabled = "--gtest_also_run_disabled_tests";
    std::string brief = "--gtest_brief=1";
    std::string program = "/proc/self/exe";
    std::vector<char*> arguments = {program.data(), filter.data(), disabled.data(), brief.data(), nullptr};
    pid_t child = 0;
    int status = -1;
    if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0) {
      ::waitpid(child, &status, 0);
    }
    ::unsetenv("LIFTLOCK_FAULT");
    return status;
  }

  /// The folder of the test that started this trial.
  static std::filesystem::path place() {
    const char* named = std::getenv("LIFTLOCK_TEST_PLACE");
    return named != nullptr ? named : "";
  }

  static Source source_of(const std::filesystem::path& world) {
    Source source;
    source.data_directory = world / "data";
    source.database = world / "data/webui.db";
    return source;
  }

  static bool disk_is_full() { return std::string(std::getenv("LIFTLOCK_FAULT")).starts_with("no-space"); }

  /// What nothing but an interrupted run leaves in a store.
  static std::vector<std::string> hidden_in(const std::filesystem::path& store) {
    std::vector<std::string> hidden;
    for (const file::Entry& entry : file::walk(store).value_or(std::vector<file::Entry>{})) {
      if (entry.path.starts_with(".")) hidden.push_back(entry.path);
    }
    return hidden;
  }
};

}  // namespace liftlock::snapshot
