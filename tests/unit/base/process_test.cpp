#include "base/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

/// A child process that has `path` open until the object goes.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) {
    int ready[2];
    if (::pipe(ready) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      const int opened = ::open(path.c_str(), O_RDONLY);
      int silence[2];
      if (opened < 0 || ::dup2(opened, 9) < 0 || ::pipe(silence) != 0 || ::dup2(silence[0], 3) < 0) ::_exit(1);
      if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      ::execlp("sh", "sh", "-c", "read forever <&3", "API_KEY=geheim", static_cast<char*>(nullptr));
      ::_exit(1);
    }
    char byte = 0;
    if (::read(ready[0], &byte, 1) != 1) throw std::runtime_error("child failed");
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Reader() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(Process, FindsWhoHasADatabaseOpenAlsoUnderAnotherName) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "webui.db", "x"));
  std::filesystem::create_hard_link(folder / "webui.db", folder / "other");
  EXPECT_TRUE(process::users_of(process::database_files(folder / "webui.db")).users.empty());
  const Reader reader(folder / "other");
  const auto found = process::users_of(process::database_files(folder / "webui.db"));
  ASSERT_EQ(found.users.size(), 1U);
  EXPECT_EQ(found.users[0].pid, reader.pid());
  EXPECT_EQ(found.users[0].command.find("geheim"), std::string::npos) << found.users[0].command;
}

TEST(Process, AReaderOfTheWalCountsToo) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "webui.db-wal", "x"));
  const Reader reader(folder / "webui.db-wal");
  EXPECT_EQ(process::users_of(process::database_files(folder / "webui.db")).users.size(), 1U);
}

TEST(Process, DoesNotCountItself) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "a", "x"));
  const int opened = ::open((folder / "a").c_str(), O_RDONLY);
  EXPECT_TRUE(process::users_of({folder / "a"}).users.empty());
  ::close(opened);
}

}  // namespace
}  // namespace liftlock
