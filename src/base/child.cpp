#include "base/child.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/mman.h>
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

/// What a child's standard streams are, besides ours.
class Actions {
 public:
  explicit Actions(const Child& child) {
    ::posix_spawn_file_actions_init(&actions_);
    if (!child.folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions_, child.folder.c_str());
    if (child.output_to_stderr) connect(STDERR_FILENO, STDOUT_FILENO);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }

  void connect(int ours, int theirs) { ::posix_spawn_file_actions_adddup2(&actions_, ours, theirs); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Result<pid_t> start(const Child& child, const Actions& actions) {
  std::vector<std::string> words = child.command;
  std::vector<std::string> environment = environment_of(child);
  std::fflush(nullptr);  // what we have said stands before what it says
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, words.front().c_str(), actions.get(), nullptr, pointers_to(words).data(),
                                  pointers_to(environment).data());
  if (code != 0) return failure("program-start", doing(child), std::strerror(code));
  return pid;
}

Result<int> wait_for(const Child& child, pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status_of(child, status);
}

Result<int> run(const Child& child, const Actions& actions) { return wait_for(child, TRY(start(child, actions))); }

/// A file without a name, in memory.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("liftlock", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Writes `text` and goes back to its beginning; false where memory does not suffice.
  [[nodiscard]] bool fill(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::lseek(descriptor_, 0, SEEK_SET) == 0;
  }

  [[nodiscard]] std::string content() const {
    const off_t size = ::lseek(descriptor_, 0, SEEK_END);
    std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    const ssize_t count = ::pread(descriptor_, text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

 private:
  int descriptor_;
};

/// Both ends of a pipe that no other child gets.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) ends_[0] = ends_[1] = -1;
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_input();
    if (ends_[0] >= 0) ::close(ends_[0]);
  }
  [[nodiscard]] int output() const { return ends_[0]; }
  [[nodiscard]] int input() const { return ends_[1]; }
  void close_input() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

Result<void> pass_on(int descriptor, const std::function<Result<void>(std::string_view)>& sink) {
  std::string buffer(std::size_t{1} << 18, '\0');
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("program-output", "Reading what a program prints", std::strerror(errno));
    if (count == 0) return {};
    TRY(sink(std::string_view(buffer).substr(0, static_cast<std::size_t>(count))));
  }
}

}  // namespace

Result<int> run(const Child& child) { return run(child, Actions(child)); }

Result<Captured> run_captured(const Child& child, std::string_view input) {
  const MemoryFile in;
  const MemoryFile out;
  const MemoryFile errors;
  if (in.descriptor() < 0 || out.descriptor() < 0 || errors.descriptor() < 0 || !in.fill(input))
    return failure("program-start", doing(child), std::strerror(errno));
  Actions actions(child);
  actions.connect(in.descriptor(), STDIN_FILENO);
  actions.connect(out.descriptor(), STDOUT_FILENO);
  actions.connect(errors.descriptor(), STDERR_FILENO);
  const int status = TRY(run(child, actions));
  return Captured{.status = status, .output = out.content(), .errors = errors.content()};
}

Result<Captured> run_streaming(const Child& child, const std::function<Result<void>(std::string_view)>& sink) {
  const MemoryFile in;
  const MemoryFile errors;
  Pipe out;
  if (in.descriptor() < 0 || errors.descriptor() < 0 || out.input() < 0)
    return failure("program-start", doing(child), std::strerror(errno));
  Actions actions(child);
  actions.connect(in.descriptor(), STDIN_FILENO);
  actions.connect(out.input(), STDOUT_FILENO);
  actions.connect(errors.descriptor(), STDERR_FILENO);
  const pid_t pid = TRY(start(child, actions));
  out.close_input();
  ::fcntl(out.output(), F_SETPIPE_SZ, 1 << 20);  // fewer changes between the two; it works without
  auto passed = pass_on(out.output(), sink);
  if (!passed) ::kill(pid, SIGTERM);
  const auto status = wait_for(child, pid);
  TRY(std::move(passed));
  if (!status) return std::unexpected(status.error());
  return Captured{.status = *status, .output = {}, .errors = errors.content()};
}

}  // namespace liftlock::process
