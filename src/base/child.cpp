#include "base/child.hpp"

#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace liftlock::process {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Our environment with some of it replaced.
std::vector<std::string> environment_of(const Child& child) {
  std::vector<std::string> texts;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool replaced = std::ranges::any_of(child.environment, [&](const auto& added) {
      return text.starts_with(added.first) && text.substr(added.first.size()).starts_with('=');
    });
    if (!replaced) texts.emplace_back(text);
  }
  for (const auto& [name, value] : child.environment) texts.push_back(fmt::format("{}={}", name, value));
  return texts;
}

std::string doing(const Child& child) { return fmt::format("Running {}", child.command.front()); }

Result<int> status_of(const Child& child, int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  Error error{.kind = ErrorKind::failed,
              .id = "program-died",
              .doing = doing(child),
              .what = fmt::format("it was ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status))),
              .state = {},
              .next = {}};
  if (WTERMSIG(status) == SIGINT) error.kind = ErrorKind::cancelled;
  return std::unexpected(std::move(error));
}

}  // namespace

Result<int> run(const Child& child) {
  std::vector<std::string> words = child.command;
  std::vector<std::string> environment = environment_of(child);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (!child.folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, child.folder.c_str());
  if (child.output_to_stderr) ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  std::fflush(nullptr);  // what we have said stands before what it says
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, words.front().c_str(), &actions, nullptr, pointers_to(words).data(),
                                  pointers_to(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (code != 0) return failure("program-start", doing(child), std::strerror(code));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status_of(child, status);
}

}  // namespace liftlock::process
